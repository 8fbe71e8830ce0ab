// What the filter leaves, as a CSV file. Text that a spreadsheet would run gets a ' before it.
const guarded = (text) => (data.guard && /^[=+\-@\t\r]/.test(text) ? "'" + text : text);

const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);

const csvCell = (value) => {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? String(value) : quoted(guarded(value));
};

const csvOf = (columns, rows) => {
  const lines = [columns.map((column) => column.key).join(",")];
  for (const row of rows) {
    lines.push(columns.map((column) => csvCell(column.csv(row))).join(","));
  }
  return lines.join("\n") + "\n";
};

const download = (name, text) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = element("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
