// Filters by the values of a column. Each is a key for the address, a label, its values, and for each
// value which rows have it.
const MOST_OPTIONS = 200;

const selectOf = (key, label, count, valuesOf) => {
  const values = new Set();
  for (let row = 0; row < count; row += 1) {
    valuesOf(row).forEach((value) => values.add(value));
    if (values.size > MOST_OPTIONS) return null;
  }
  if (values.size < 2) return null;
  return {
    key,
    label,
    values: [...values].sort(inOrder),
    accepts: (value) => (row) => valuesOf(row).includes(value),
  };
};

// The control of a filter. A value from the address that no row has stays visible, as the reason why
// no row is.
const selectControl = (select, changed) => {
  const label = element("label", select.label + " ");
  const control = element("select");
  const add = (value) => {
    const option = element("option", value === "" ? "(none)" : value);
    option.value = "=" + value;
    control.append(option);
  };
  const all = element("option", "all");
  all.value = "";
  control.append(all);
  select.values.forEach(add);
  control.addEventListener("change", () => changed(select.key, control.value === "" ? null : control.value.slice(1)));
  label.append(control);
  return {
    label,
    show(value) {
      if (value !== undefined && !Array.from(control.options).some((option) => option.value === "=" + value)) add(value);
      control.value = value === undefined ? "" : "=" + value;
    },
  };
};
