// What the filter leaves, as a CSV file. Wherever a spreadsheet may begin a cell, a sign that could
// be the first of a formula gets a ' before it: the rule of the files beside this page.
const SIGN = /^[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\u2212]/;
const SEPARATOR = /[,;|\t-\r\u0085\u2028\u2029]/;
const BLANKS = /([,;|"\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]+)/u;

// Texts and blanks in turn: a cell begins at the start, and behind blanks that hold a separator.
const guarded = (text) => {
  if (!data.guard) return text;
  const parts = text.split(BLANKS);
  const begins = (at) =>
    at === 0 || (at === 2 && parts[0] === "") || SEPARATOR.test(parts[at - 1]);
  return parts
    .map((part, at) => (at % 2 === 0 && SIGN.test(part) && begins(at) ? "'" + part : part))
    .join("");
};

const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);

const csvCell = (value) => {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? String(value) : quoted(guarded(value));
};

const csvOf = (columns, rows) => {
  const lines = [columns.map((column) => csvCell(column.heading || column.key)).join(",")];
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
