// The lists that a row opens: the machines that miss a KB, and the KBs that a machine misses, each with
// the buttons that take it elsewhere.
const PIECE = 200;

const shownColumns = () => data.machines.list.filter((column) => column.shown);
const hasNames = () => Boolean(data.machines.name);
const machineName = (row) => (hasNames() ? data.machines.name[row] : "");
const inOrder = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

// A button, with a longer name for screen readers.
const tool = (text, about, act) => {
  const button = element("button", text);
  button.type = "button";
  button.setAttribute("aria-label", text + " " + about);
  button.addEventListener("click", act);
  return button;
};

// Buttons, and the result of the last one, which screen readers announce.
const toolbar = (makeTools) => {
  const bar = element("div", undefined, "tools");
  const result = element("span", "", "note");
  result.setAttribute("role", "status");
  const say = (text) => { result.textContent = text; };
  const copier = (lines, one, many) => async () => {
    const copied = await copyText(lines().join("\n"));
    say(copied ? "Copied " + countOf(lines().length, one, many) + "." : "This browser did not allow copying: use CSV.");
  };
  bar.append(...makeTools(copier, say), result);
  return bar;
};

// A table that shows its first rows, and a button for more.
const listTable = ({ caption, headings, items, cells }) => {
  const box = element("div");
  const table = element("table", undefined, "list");
  const head = table.createTHead().insertRow();
  headings.forEach((heading) => {
    const cell = element("th", heading.text, heading.className);
    cell.scope = "col";
    head.append(cell);
  });
  table.prepend(element("caption", caption));
  const body = table.createTBody();
  const more = element("button");
  more.type = "button";
  let listed = 0;
  const goOn = () => {
    items.slice(listed, listed + PIECE).forEach((item) => body.insertRow().append(...cells(item)));
    listed = Math.min(items.length, listed + PIECE);
    const left = items.length - listed;
    more.hidden = left === 0;
    more.textContent = "Show " + numbers.format(Math.min(left, PIECE)) + " more (" + numbers.format(left) + " left)";
  };
  more.addEventListener("click", goOn);
  goOn();
  box.append(table, more);
  return box;
};

// The columns of targets/KB....csv: ids, names, and the columns of the list that this page has.
const targetColumns = () => [
  { key: "machineId", csv: machineId },
  { key: "machineName", csv: machineName },
  ...data.machines.list
    .filter((column) => column.name.toLowerCase() !== "machinename")
    .map((column) => ({ key: column.name, csv: (row) => listValue(column, row) })),
];

const fileNameOf = (text) => text.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 60) + ".csv";

// The machines that miss a KB, by name.
const kbDetails = (kb) => {
  const label = kbLabel(kb);
  const about = "of the machines that miss " + label;
  const rows = pairs.machinesOf(kb).sort((one, other) =>
    inOrder(machineName(one), machineName(other)) || inOrder(machineId(one), machineId(other)));
  const tools = toolbar((copier, say) => [
    ...(hasNames() ? [tool("Copy names", about, copier(() => rows.map(machineLabel), "name", "names"))] : []),
    tool("Copy ids", about, copier(() => rows.map(machineId), "id", "ids")),
    tool("CSV", about, () => {
      const name = fileNameOf("KB" + data.kbs.kbId[kb]);
      download(name, csvOf(targetColumns(), rows));
      say("Saved " + name + ": " + countOf(rows.length, "machine", "machines") + ".");
    }),
    tool("Show in the table of machines", "those that miss " + label, () => goTo("machines", { q: label })),
  ]);
  const all = data.kbs.machinesMissing[kb];
  const list = listTable({
    caption: (rows.length === 1 ? "1 machine misses " : numbers.format(rows.length) + " machines miss ") + label
      + (rows.length < all ? " on this page; all " + numbers.format(all) + " are in gaps.csv" : ""),
    headings: [
      ...(hasNames() ? [{ text: "Name" }] : []),
      ...shownColumns().map((column) => ({ text: column.name })),
      { text: "Machine id" },
    ],
    items: rows,
    cells: (row) => [
      ...(hasNames() ? [foreignCell(machineName(row))] : []),
      ...shownColumns().map((column) => foreignCell(listValue(column, row), "listed")),
      plainCell(machineId(row), "id"),
    ],
  });
  return [tools, ...kbChart(kb), list];
};

// The columns of gaps.csv that this page has for each gap: a KB's products are known only of all its
// machines together.
const gapColumns = (row) => [
  { key: "machineId", csv: () => machineId(row) },
  { key: "kbId", csv: (gap) => data.kbs.kbId[gap.kb] },
  { key: "name", csv: (gap) => texts[data.kbs.name[gap.kb]] },
  { key: "url", csv: (gap) => data.kbs.url[gap.kb] },
  { key: "cveAddressed", csv: (gap) => gap.cves },
  { key: "machineName", csv: () => machineName(row) },
];

// What the list says about a machine beyond the columns of the table.
const otherColumns = (row) => {
  const others = data.machines.list.filter((column) => !column.shown && !isNames(column));
  const line = element("p", undefined, "note");
  others.filter((column) => listValue(column, row) !== "").forEach((column, place) => {
    line.append(place === 0 ? "" : " · ", element("bdi", column.name), " ", element("bdi", listValue(column, row), "fact"));
  });
  return line.childNodes.length > 0 ? [line] : [];
};

// The KBs that a machine misses, those that address most CVEs there first.
const gapList = (row) => {
  const gaps = pairs.gapsOf(row).sort((one, other) => other.cves - one.cves || one.kb - other.kb);
  const label = machineLabel(row);
  const about = "of what " + label + " misses";
  if (gaps.length === 0) return [element("p", "No updates are listed as missing.")];
  const tools = toolbar((copier, say) => [
    tool("Copy KBs", about, copier(() => gaps.map((gap) => kbLabel(gap.kb)), "KB", "KBs")),
    tool("CSV", about, () => {
      const name = fileNameOf("missing-" + label);
      download(name, csvOf(gapColumns(row), gaps));
      say("Saved " + name + ": " + countOf(gaps.length, "KB", "KBs") + ".");
    }),
  ]);
  const list = listTable({
    caption: label + " misses " + countOf(gaps.length, "KB", "KBs"),
    headings: [{ text: "KB" }, { text: "Name" }, { text: "CVEs", className: "num" }, { text: "Products on any machine" }],
    items: gaps,
    cells: ({ kb, cves }) => [
      kbCell(kb),
      foreignCell(texts[data.kbs.name[kb]]),
      numberCell(cves),
      foreignCell(data.kbs.productsNames[kb].map((each) => texts[each]).join(", ")),
    ],
  });
  return [tools, list];
};

const machineDetails = (row) => [...otherColumns(row), ...(pairs.areThere ? gapList(row) : [])];
