// Everything begins here.
const tables = [];
const changed = (name) => writeHash(tables, name);

// Shows a table with this state, and moves there.
const goTo = (name, state) => {
  const table = tables.find((each) => each.name === name);
  if (!table) return;
  table.set(state);
  changed(name);
  const section = document.getElementById(name);
  section.scrollIntoView();
  section.querySelector("h2").focus({ preventScroll: true });
};

[actionsTable(changed), ...[kbsTable(), machinesTable(), failuresTable()].map((definition) => tableOf(definition, changed))]
  .filter((table) => table)
  .forEach((table) => tables.push(table));
tables.forEach((table) => table.set({}));
document.querySelectorAll(".controls").forEach((controls) => { controls.hidden = false; });
document.querySelectorAll(".no-script").forEach((hint) => { hint.hidden = true; });
document.documentElement.classList.add("js");
addEventListener("hashchange", () => followHash(tables));
followHash(tables);
