// Everything begins here.
const chooseActions = (count) => {
  const section = document.getElementById("actions");
  section.querySelectorAll("tbody tr").forEach((row, place) => { row.hidden = place >= count; });
  section.querySelectorAll("[data-count]").forEach((sentence) => {
    sentence.hidden = Number(sentence.dataset.count) !== count;
  });
  section.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-pressed", String(Number(button.dataset.actions) === count));
  });
};

document.querySelectorAll("button[data-actions]").forEach((button) => {
  button.addEventListener("click", () => chooseActions(Number(button.dataset.actions)));
});

const tables = [];
[kbsTable(), machinesTable(), failuresTable()].forEach((definition) => {
  const table = tableOf(definition, (name) => writeHash(tables, name));
  if (table) tables.push(table);
});
tables.forEach((table) => table.set({}));
document.querySelectorAll(".controls").forEach((controls) => { controls.hidden = false; });
document.querySelectorAll(".no-script").forEach((hint) => { hint.hidden = true; });
document.documentElement.classList.add("js");
addEventListener("hashchange", () => followHash(tables));
followHash(tables);
