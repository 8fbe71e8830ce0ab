// A column of which nothing is known but its heading and its values. Texts may stand as their
// numbers.
const plainColumn = (header, values) => {
  const { key } = header.dataset;
  if (header.classList.contains("num")) return { key, ...numeric((row) => values[row]) };
  const text = (value) => (typeof value === "number" ? texts[value] : value || "");
  const shown = (row) => [values[row]].flat().map(text).join(", ");
  return { key, ...textual(shown, (row) => foreignCell(shown(row))) };
};

// The columns of a table's CSV file, in its order and with its names. Those that the page does not have
// are left out.
const csvColumns = ({ name, columns, csvOnly }) =>
  data.csv[name].flatMap(({ key, name: heading }) => {
    const column = csvOnly[key] || columns[key];
    if (!column || Array.isArray(column)) return column || [];
    return column.csv ? [{ ...column, heading }] : [];
  });

// A table with its filters, its order, its pages and its download.
const SIZES = [50, 100, 250];

const tableOf = (definition, changed) => {
  const { name, columns, first } = definition;
  const part = (suffix) => document.getElementById(name + "-" + suffix);
  const table = part("table");
  if (!table) return null;
  const rowsFor = rowsOf(definition);
  const body = table.tBodies[0];
  const headers = Array.from(table.tHead.querySelectorAll("th"));
  headers.filter(({ dataset }) => !columns[dataset.key]).forEach((header) => {
    columns[header.dataset.key] = plainColumn(header, data[name][header.dataset.key]);
  });
  const shown = headers.map((header) => columns[header.dataset.key]);
  const initial = { q: "", by: {}, sort: first, page: 1, size: SIZES[0], open: [] };
  let state = { ...initial };
  let rows = rowsFor(state);

  const pages = () => Math.max(1, Math.ceil(rows.length / state.size));

  const rowElement = (row) => {
    const line = element("tr");
    line.append(...shown.map((column) => column.cell(row)));
    return line;
  };

  const addDetails = (line, row) => {
    const place = headers.findIndex((header) => header.dataset.key === definition.opens);
    const id = definition.idOf(row);
    addOpener(line, line.cells[place], {
      label: definition.opener(row),
      details: () => definition.details(row),
      isOpen: state.open.includes(id),
      changed: (isOpen) => {
        state.open = toggled(state.open, id, isOpen);
        changed(name);
      },
    });
  };

  const showHeaders = () => {
    const descending = state.sort.startsWith("-");
    const key = descending ? state.sort.slice(1) : state.sort;
    headers.forEach((header) => {
      if (header.dataset.key !== key) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    });
  };

  const showControls = (from, until) => {
    const all = numbers.format(definition.count);
    const some = rows.length === definition.count ? all : numbers.format(rows.length) + " (of " + all + ")";
    part("count").textContent = rows.length === 0
      ? "no row matches (of " + all + ")"
      : numbers.format(from + 1) + "–" + numbers.format(until) + " of " + some;
    part("pages").textContent = "page " + numbers.format(state.page) + " of " + numbers.format(pages());
    const note = definition.note ? definition.note(state.q, rows.length, Object.keys(state.by).length > 0) : "";
    part("note").textContent = note;
    part("note").hidden = note === "";
    part("download").disabled = rows.length === 0;
    part("first").disabled = part("previous").disabled = state.page <= 1;
    part("next").disabled = part("last").disabled = state.page >= pages();
    definition.selects.forEach(({ key }, place) => controls[place].show(state.by[key]));
    if (part("filter").value !== state.q) part("filter").value = state.q;
    part("size").value = String(state.size);
  };

  // A table that fits needs no scrolling of its own, so that its head sticks to the window.
  const box = table.parentElement;
  const fit = () => {
    box.classList.remove("fits");
    box.classList.toggle("fits", table.offsetWidth <= box.clientWidth);
  };
  addEventListener("resize", fit);

  const show = () => {
    state.page = Math.min(Math.max(1, state.page || 1), pages());
    const from = (state.page - 1) * state.size;
    const seen = rows.slice(from, from + state.size);
    const lines = seen.map(rowElement);
    body.replaceChildren(...lines);
    if (definition.details) lines.forEach((line, place) => addDetails(line, seen[place]));
    fit();
    showHeaders();
    showControls(from, from + seen.length);
  };

  // The page of the first open row, where the address does not say which.
  const pageOf = (open) => {
    const place = rows.findIndex((row) => open.includes(definition.idOf(row)));
    return place < 0 ? 1 : Math.floor(place / state.size) + 1;
  };

  const set = (next, tell) => {
    state = { ...state, ...next };
    if (!SIZES.includes(state.size)) state.size = initial.size;
    rows = rowsFor(state);
    if (!tell && state.open.length > 0 && next.page === undefined) state.page = pageOf(state.open);
    show();
    if (tell) changed(name);
  };

  const sortBy = (key) => {
    const descendsFirst = columns[key].descends;
    const [once, twice] = descendsFirst ? ["-" + key, key] : [key, "-" + key];
    set({ sort: state.sort === once ? twice : once, page: 1 }, true);
  };

  headers.forEach((header) => {
    const button = element("button", header.textContent);
    button.type = "button";
    button.addEventListener("click", () => sortBy(header.dataset.key));
    header.replaceChildren(button);
  });
  // A button that is switched off loses the keyboard's place: the one for the way back gets it.
  const turn = (suffix, page, back) => {
    const button = part(suffix);
    button.addEventListener("click", () => {
      set({ page: page() }, true);
      if (button.disabled) part(back).focus();
    });
  };
  turn("first", () => 1, "next");
  turn("previous", () => state.page - 1, "next");
  turn("next", () => state.page + 1, "previous");
  turn("last", pages, "previous");
  const controls = definition.selects.map((select) => selectControl(select, (key, value) => {
    const { [key]: _, ...by } = state.by;
    set({ by: value === null ? by : { ...by, [key]: value }, page: 1 }, true);
  }));
  part("filter").parentElement.after(...controls.map((control) => control.label));
  part("filter").addEventListener("input", (event) => set({ q: event.target.value, page: 1 }, true));
  part("size").addEventListener("change", (event) => set({ size: Number(event.target.value), page: 1 }, true));
  part("download").addEventListener("click", () =>
    download(name + ".csv", csvOf(csvColumns(definition), rows)));

  return { name, initial, get: () => state, set: (next) => set({ ...initial, page: undefined, ...next }, false) };
};
