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
    else more.textContent = numbers.format(left) + " more";
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
  item.append(" (up to " + numbers.format(data.kbs.cveAddressed[kb]) + " CVEs)");
  return item;
};

const machineItem = (row) => {
  const item = element("li", machineLabel(row));
  item.dir = "auto";
  item.title = machineId(row);
  return item;
};

const machineDetails = (row) => (cell) => {
  const kbs = pairs.kbsOf(row);
  if (kbs.length === 0) cell.append("Nothing is listed as missing.");
  else listOf(kbs, kbItem, cell);
};

const kbDetails = (kb) => (cell) => listOf(pairs.machinesOf(kb), machineItem, cell);
