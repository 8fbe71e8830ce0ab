// Which rows of a table are seen, and in which order. No DOM here.
const rowsOf = (definition) => {
  const { count, columns, search, selects } = definition;
  let haystacks = null;

  const haystack = (row) => {
    if (!haystacks) {
      haystacks = Array.from({ length: count }, (_, each) => search(each).toLowerCase());
    }
    return haystacks[row];
  };

  const filterFor = (definition.filter || textFilter)(haystack);

  const filtered = (query, by) => {
    const accepts = [filterFor(query), ...selects.filter(({ key }) => key in by).map((select) => select.accepts(by[select.key]))];
    const rows = [];
    for (let row = 0; row < count; row += 1) {
      if (accepts.every((accept) => accept(row))) rows.push(row);
    }
    return rows;
  };

  // Rows without a value come last, whatever the order; equal ones stay as they are.
  const compare = (values, sign) => (one, other) => {
    const [left, right] = [values[one], values[other]];
    if (left === right) return one - other;
    const [noLeft, noRight] = [left === null || left === "", right === null || right === ""];
    if (noLeft || noRight) return noLeft === noRight ? one - other : noLeft ? 1 : -1;
    return left < right ? -sign : sign;
  };

  const sorted = (rows, sort) => {
    const descending = sort.startsWith("-");
    const column = columns[descending ? sort.slice(1) : sort];
    if (!column || (column === columns[definition.first] && !descending)) return rows;
    const values = new Array(count).fill(null);
    rows.forEach((row) => { values[row] = column.sort(row); });
    return rows.sort(compare(values, descending ? -1 : 1));
  };

  return ({ q, by, sort }) => sorted(filtered(q, by), sort);
};
