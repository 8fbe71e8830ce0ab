// A column of which nothing is known but its heading and its values. Texts may stand as their
// numbers.
const plainColumn = (header, values) => {
  const { key } = header.dataset;
  if (header.classList.contains("num")) return { key, ...numeric((row) => values[row]) };
  const text = (value) => (typeof value === "number" ? texts[value] : value || "");
  const shown = (row) => [values[row]].flat().map(text).join(", ");
  return { key, ...textual(shown, (row) => foreignCell(shown(row))) };
};

// A table with its filter, its order, its pages and its download.
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
    definition.csvColumns.push(header.dataset.key);
  });
  const shown = headers.map((header) => columns[header.dataset.key]);
  const initial = { q: "", sort: first, page: 1, size: SIZES[0] };
  let state = { ...initial };
  let rows = rowsFor("", first);

  const pages = () => Math.max(1, Math.ceil(rows.length / state.size));

  const rowElement = (row) => {
    const line = element("tr");
    line.append(...shown.map((column) => column.cell(row)));
    if (definition.details) {
      const place = headers.findIndex((header) => header.dataset.key === definition.opens);
      addOpener(line, line.cells[place], () => definition.details(row));
    }
    return line;
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
    const note = definition.note ? definition.note(state.q, rows.length) : "";
    part("note").textContent = note;
    part("note").hidden = note === "";
    part("download").disabled = rows.length === 0;
    part("first").disabled = part("previous").disabled = state.page <= 1;
    part("next").disabled = part("last").disabled = state.page >= pages();
    if (part("filter").value !== state.q) part("filter").value = state.q;
    part("size").value = String(state.size);
  };

  const show = () => {
    state.page = Math.min(Math.max(1, state.page), pages());
    const from = (state.page - 1) * state.size;
    const seen = rows.slice(from, from + state.size);
    body.replaceChildren(...seen.map(rowElement));
    showHeaders();
    showControls(from, from + seen.length);
  };

  const set = (next, tell) => {
    const asked = { ...state, ...next };
    if (asked.q !== state.q || asked.sort !== state.sort) rows = rowsFor(asked.q, asked.sort);
    state = asked;
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
  part("filter").addEventListener("input", (event) => set({ q: event.target.value, page: 1 }, true));
  part("size").addEventListener("change", (event) => set({ size: Number(event.target.value), page: 1 }, true));
  part("download").addEventListener("click", () =>
    download(name + ".csv", csvOf(definition.csvColumns.map((key) => columns[key]), rows)));

  return { name, initial, get: () => state, set: (next) => set({ ...initial, ...next }, false) };
};
