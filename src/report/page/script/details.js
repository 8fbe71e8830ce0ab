// Rows that open.
const detailLine = (width, parts) => {
  const line = element("tr", undefined, "detail");
  const cell = element("td");
  const inside = element("div", undefined, "inside");
  cell.colSpan = width;
  inside.append(...parts);
  cell.append(inside);
  line.append(cell);
  return line;
};

// Adds the button that opens a row. `details` gives the parts of what it opens.
const addOpener = (line, cell, { label, details, isOpen, changed }) => {
  const button = element("button", "+", "open");
  button.type = "button";
  button.setAttribute("aria-label", label);
  let opened = null;
  const show = (open) => {
    if (opened) opened.remove();
    opened = open ? detailLine(line.cells.length, details()) : null;
    if (opened) line.after(opened);
    button.textContent = open ? "−" : "+";
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    show(opened === null);
    changed(opened !== null);
  });
  cell.prepend(button);
  show(isOpen);
};

// The open rows of a table, by what stands for them in the address.
const MOST_OPEN = 5;
const toggled = (open, id, isOpen) => {
  const others = open.filter((each) => each !== id);
  return isOpen ? [...others, id].slice(-MOST_OPEN) : others;
};
