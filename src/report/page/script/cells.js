// Elements and cells. Whatever the data says becomes text, never markup.

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const numberCell = (value) =>
  element("td", value === null ? "" : numbers.format(value), "num");

const plainCell = (text, className) => element("td", text, className);

const foreignCell = (text, className = "name") => {
  const cell = element("td", undefined, className);
  cell.dir = "auto";
  if (text.length > 200) cell.append(element("span", text, "long"));
  else cell.textContent = text;
  return cell;
};

const kbElement = (kb) => {
  const url = data.kbs.url[kb];
  if (!url || !url.startsWith("https://")) return element("bdi", kbLabel(kb));
  const link = element("a", kbLabel(kb));
  link.href = url;
  link.rel = "noopener noreferrer";
  return link;
};

const kbCell = (kb) => {
  const cell = element("td", undefined, "kb");
  if (kb !== null) cell.append(kbElement(kb));
  return cell;
};
