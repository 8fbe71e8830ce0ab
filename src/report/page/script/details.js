// Rows that open: the KBs of a machine, the machines of a KB.
const PIECE = 200;

const listOf = (items, item, where) => {
  const list = element("ul", undefined, "pairs");
  const more = element("button");
  more.type = "button";
  let listed = 0;
  const goOn = () => {
    items.slice(listed, listed + PIECE).forEach((each) => list.append(item(each)));
    listed = Math.min(items.length, listed + PIECE);
    const left = items.length - listed;
    if (left === 0) more.remove();
    else more.textContent = "Show " + numbers.format(Math.min(left, PIECE)) + " more (" + numbers.format(left) + " left)";
  };
  more.addEventListener("click", goOn);
  where.append(list, more);
  goOn();
};

const addOpener = (line, cell, details) => {
  const button = element("button", "+", "open");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", "details of " + cell.textContent);
  let opened = null;
  button.addEventListener("click", () => {
    if (opened) opened.remove();
    opened = opened ? null : detailLine(line.cells.length, details);
    if (opened) line.after(opened);
    button.textContent = opened ? "−" : "+";
    button.setAttribute("aria-expanded", String(opened !== null));
  });
  cell.prepend(button);
};

const detailLine = (width, details) => {
  const line = element("tr", undefined, "detail");
  const cell = element("td");
  cell.colSpan = width;
  details()(cell);
  line.append(cell);
  return line;
};

const kbItem = (kb) => {
  const item = element("li");
  const name = texts[data.kbs.name[kb]];
  item.append(kbElement(kb), " ", element("bdi", name));
  const most = data.kbs.cveAddressed[kb];
  item.append(most === 1 ? " (1 CVE)" : " (up to " + numbers.format(most) + " CVEs)");
  return item;
};

const machineItem = (row) => {
  const item = element("li", machineLabel(row));
  item.dir = "auto";
  item.title = machineId(row);
  return item;
};

// What else the list says of a machine.
const factsOf = (row) => {
  const said = data.machines.facts.filter((fact) => wordOf(fact, row) !== "");
  const line = element("p", undefined, "note");
  said.forEach((fact, place) => {
    line.append(place === 0 ? "" : " · ", element("bdi", fact.name), " ", element("bdi", wordOf(fact, row), "fact"));
  });
  return line;
};

const machineDetails = (row) => (cell) => {
  if (data.machines.facts.length > 0) cell.append(factsOf(row));
  if (!pairs.areThere) return;
  const kbs = pairs.kbsOf(row);
  if (kbs.length === 0) cell.append("Nothing is listed as missing.");
  else listOf(kbs, kbItem, cell);
};

const kbDetails = (kb) => (cell) => listOf(pairs.machinesOf(kb), machineItem, cell);
