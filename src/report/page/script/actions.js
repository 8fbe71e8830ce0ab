// The top actions: how many are shown, and the machines of each.
const actionsTable = (changed) => {
  const section = document.getElementById("actions");
  const rows = Array.from(section.querySelectorAll("tr[data-kb]"));
  if (rows.length === 0) return null;
  const buttons = Array.from(section.querySelectorAll("button[data-actions]"));
  const initial = { size: buttons.length > 0 ? Number(buttons[0].dataset.actions) : rows.length, open: [] };
  let state = { ...initial };
  const kbOf = (row) => Number(row.dataset.kb);

  const set = (next) => {
    state = { ...initial, ...next };
    if (!buttons.some((button) => Number(button.dataset.actions) === state.size)) state.size = initial.size;
    section.querySelectorAll("tr.detail").forEach((line) => line.remove());
    section.querySelectorAll("button.open").forEach((button) => button.remove());
    rows.forEach((row, place) => {
      row.hidden = place >= state.size;
      const id = data.kbs.kbId[kbOf(row)];
      if (row.hidden || !pairs.areThere) return;
      addOpener(row, row.querySelector("td.kb"), {
        label: "Machines that miss " + kbLabel(kbOf(row)),
        details: () => kbDetails(kbOf(row)),
        isOpen: state.open.includes(id),
        changed: (isOpen) => {
          state.open = toggled(state.open, id, isOpen);
          changed("actions");
        },
      });
    });
    section.querySelectorAll("[data-count]").forEach((sentence) => {
      sentence.hidden = Number(sentence.dataset.count) !== state.size;
    });
    buttons.forEach((button) => {
      button.setAttribute("aria-pressed", String(Number(button.dataset.actions) === state.size));
    });
  };

  buttons.forEach((button) => {
    button.addEventListener("click", () => {
      set({ ...state, size: Number(button.dataset.actions) });
      changed("actions");
    });
  });
  return { name: "actions", initial, get: () => state, set };
};
