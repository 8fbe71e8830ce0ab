// The three tables. Keys are the names of the CSV files' columns.
const keyed = (columns) => {
  Object.entries(columns).forEach(([key, column]) => { column.key = key; });
  return columns;
};

const numeric = (value, descends = true) => ({
  descends,
  sort: value,
  csv: value,
  cell: (row) => numberCell(value(row)),
});

const decimal = (value) => ({
  descends: true,
  sort: (row) => Number(value(row)),
  csv: value,
  cell: (row) => plainCell(value(row), "num"),
});

// Times in seconds since the first, which is written once. A row may have none.
const timed = (first, seconds) => {
  const text = (row) => (seconds[row] === null ? "" : timeAt(first + seconds[row]));
  return {
    sort: (row) => (seconds[row] === null ? Infinity : seconds[row]),
    csv: text,
    cell: (row) =>
      plainCell(text(row) && text(row).slice(0, 16).replace("T", " ") + " UTC", "time"),
  };
};

const textual = (value, cell) => ({ sort: value, csv: value, cell });

// What the files say of every row.
const ofRun = { run: { csv: () => data.run }, date: { csv: () => data.date } };

// What the feeds say. Without them there are no such columns; what no feed says is empty.
const ofFeeds = (rows, keys, sorted) => Object.fromEntries(keys.map((key) => {
  const value = (row) => (rows[key] ? rows[key][row] : null);
  const sort = (row) => (value(row) === null ? sorted === Number ? -1 : "" : sorted(value(row)));
  const csv = (row) => (Array.isArray(value(row)) ? sort(row) : value(row));
  const cell = (row) => plainCell(csv(row) === null ? "" : csv(row), sorted === Number ? "num" : "");
  return [key, { descends: sorted === Number, sort, csv, cell }];
}));

const some = (selects) => selects.filter((select) => select !== null);

const kbsTable = () => {
  const kbs = data.kbs;
  const name = (row) => texts[kbs.name[row]];
  const products = (row) => kbs.productsNames[row].map((each) => texts[each]);
  const cves = (row) => {
    const [most, least] = [kbs.cveAddressed[row], kbs.cveAddressedMin[row]];
    const text = numbers.format(most);
    return plainCell(most === least ? text : text + " (min " + numbers.format(least) + ")", "num");
  };
  // The file rounds; here less than all is never 100.0.
  const percent = (row) => {
    const isLess = kbs.machinesMissing?.[row] < data.answered;
    const text = kbs.percentOfAnswered[row];
    return plainCell(text === "100.0" && isLess ? "99.9" : text, "num");
  };
  const columns = keyed({
    rank: numeric((row) => row + 1, false),
    kbId: textual((row) => kbs.kbId[row], kbCell),
    name: textual(name, (row) => foreignCell(name(row))),
    cveAddressed: { ...numeric((row) => kbs.cveAddressed[row]), cell: cves },
    cveAddressedMin: numeric((row) => kbs.cveAddressedMin[row]),
    machinesMissing: numeric((row) => kbs.machinesMissing[row]),
    percentOfAnswered: { ...decimal((row) => kbs.percentOfAnswered[row]), cell: percent },
    exposure: numeric((row) => kbs.exposure[row]),
    productsNames: {
      sort: (row) => products(row).join(";"),
      csv: (row) => products(row).join(";"),
      cell: (row) => foreignCell(products(row).join(", ")),
    },
    machineMissedOn: numeric((row) => kbs.machineMissedOn[row]),
    url: textual((row) => kbs.url[row]),
    oldestSince: timed(kbs.firstSince, kbs.oldestSince),
    medianDaysMissing: decimal((row) => kbs.medianDaysMissing[row]),
    ...ofFeeds(kbs, ["distinctCves", "knownExploited", "ransomware", "epssMax", "cvssMax"], Number),
    ...ofFeeds(kbs, ["kevDueDate", "severity", "exploitability", "restartRequired", "releasedOn"], String),
    ...ofFeeds(kbs, ["supersedes", "supersededBy"], (ids) => ids.join(";")),
    ...ofFeeds(kbs, ["coveredOn", "accepted", "overdue"], Number),
  });
  return {
    name: "kbs",
    count: kbs.kbId.length,
    first: "rank",
    columns,
    csvOnly: { ...ofRun, rank: { csv: (row) => kbs.rankInFile[row] } },
    selects: some([selectOf("product", "Product", kbs.kbId.length, products)]),
    search: (row) => [kbLabel(row), name(row), ...products(row)].join("\n"),
    opens: "kbId",
    opener: (row) => "Machines that miss " + kbLabel(row),
    idOf: (row) => kbs.kbId[row],
    details: pairs.areThere ? kbDetails : null,
  };
};

const machinesTable = () => {
  const machines = data.machines;
  const name = (row) => (machines.name ? machines.name[row] : "");
  const shownList = machines.list.map((column, number) => [column, number]).filter(([column]) => column.shown);
  const listed = Object.fromEntries(shownList.map(([column, number]) => {
    const value = (row) => listValue(column, row);
    return ["list" + number, textual(value, (row) => foreignCell(value(row), "listed"))];
  }));
  const status = (row) => machines.statuses[machines.status.charCodeAt(row) - 48];
  const source = (row) => machines.sources[machines.source.charCodeAt(row) - 48];
  const origin = (row) => (machines.inferredFrom ? texts[machines.inferredFrom[row]] : "");
  const ofSoftware = (key) => (row) => (machines[key] ? texts[machines[key][row]] : "");
  const [build, supportStatus, supportEnds] = ["windowsBuild", "supportStatus", "supportEnds"].map(ofSoftware);
  const support = (row) => (machines.support ? machines.supports[machines.support.charCodeAt(row) - 48] : "");
  const top = (row) => machines.topKbId[row];
  const kbIds = (row) => pairs.kbsOf(row).map((kb) => data.kbs.kbId[kb]).sort(inOrder).join(";");
  const topId = (row) => (top(row) === null ? "" : data.kbs.kbId[top(row)]);
  const columns = keyed({
    rank: numeric((row) => row + 1, false),
    name: textual(name, (row) => foreignCell(name(row))),
    machineId: textual(machineId, (row) => plainCell(machineId(row), "id")),
    status: textual(status, (row) => plainCell(status(row))),
    missingKbs: numeric((row) => machines.missingKbs[row]),
    cveAddressed: numeric((row) => machines.cveAddressed[row]),
    cveAddressedMax: numeric((row) => machines.cveAddressedMax[row]),
    topKbId: textual(topId, (row) => kbCell(top(row))),
    ...listed,
    windowsBuild: textual(build, (row) => foreignCell(build(row))),
    supportStatus: textual(supportStatus, (row) => foreignCell(supportStatus(row))),
    supportEnds: textual(supportEnds, (row) => plainCell(supportEnds(row), "time")),
    source: textual(source, (row) => plainCell(source(row))),
    inferredFrom: textual(origin, (row) => plainCell(origin(row), "id")),
    answeredAt: timed(machines.firstAnswer, machines.answeredAt),
    oldestSince: timed(machines.firstSince, machines.oldestSince),
    ...ofFeeds(machines, ["distinctCves", "knownExploited"], Number),
  });
  return {
    name: "machines",
    count: machines.count,
    first: "rank",
    columns,
    csvOnly: {
      inventory: machines.list.map((column) => ({ key: column.name, csv: (row) => listValue(column, row) })),
      status: { csv: () => "answered" },
      kbIds: pairs.areThere ? { csv: kbIds } : [],
      skippedBecause: { csv: () => "" },
      machineName: { csv: name },
      ...ofRun,
    },
    selects: some([
      selectOf("status", "Status", machines.count, (row) => [status(row)]),
      selectOf("support", "Windows support", machines.count, (row) => [support(row)]),
      selectOf("source", "Source", machines.count, (row) => [source(row)]),
      ...shownList.map(([column]) => selectOf(column.name, column.name, machines.count, (row) => listValues(column, row))),
    ]),
    filter: machineFilter,
    note: machinesNote,
    search: (row) =>
      [name(row), machineId(row), status(row), build(row), support(row), origin(row), ...machines.list.map((column) => listValue(column, row))].join("\n"),
    opens: machines.name ? "name" : "machineId",
    opener: (row) => "What " + machineLabel(row) + " misses",
    idOf: machineId,
    details: pairs.areThere || machines.list.some((column) => !column.shown && !isNames(column)) ? machineDetails : null,
  };
};

const failuresTable = () => {
  const failures = data.failures;
  const text = (key) => (row) => texts[failures[key][row]];
  const id = (row) => failures.machineId[row];
  const name = (row) => (failures.name ? failures.name[row] : "");
  const input = (row) => failures.input[row];
  const correlation = (row) => failures.correlationId[row];
  const columns = keyed({
    line: numeric((row) => failures.line[row], false),
    input: {
      sort: input,
      csv: (row) => (input(row) === null ? id(row) : input(row)),
      cell: (row) => foreignCell(input(row) || ""),
    },
    machineId: textual(id, (row) => plainCell(id(row) || "", "id")),
    name: textual(name, (row) => foreignCell(name(row))),
    reason: textual(text("reason"), (row) => plainCell(text("reason")(row))),
    httpStatus: numeric((row) => failures.httpStatus[row], false),
    code: textual(text("code"), (row) => foreignCell(text("code")(row), "code")),
    message: textual(text("message"), (row) => foreignCell(text("message")(row), "message")),
    correlationId: textual(correlation, (row) => foreignCell(correlation(row), "id")),
    attempts: numeric((row) => failures.attempts[row]),
  });
  return {
    name: "failures",
    count: failures.line.length,
    first: "line",
    columns,
    csvOnly: { machineName: { csv: name }, ...ofRun },
    selects: some([selectOf("reason", "Reason", failures.line.length, (row) => [text("reason")(row)])]),
    idOf: String,
    search: (row) =>
      [id(row) || input(row), name(row), text("reason")(row), failures.httpStatus[row],
        text("code")(row), text("message")(row), correlation(row)].join("\n"),
  };
};
