-- The store's tables. Times are milliseconds since 1970, UTC; the views at the end
-- show them as the reports do, and spell their columns as the reports do.

-- A tenant, as served by one API.
CREATE TABLE service (
    id INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL COLLATE NOCASE, -- empty where it is not known
    api_url TEXT NOT NULL,
    UNIQUE (tenant_id, api_url)
) STRICT;

-- A run over the tenants of a file, kept so that it can be resumed.
CREATE TABLE tenants_run (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL, -- of the tenants
    started_at_ms INTEGER NOT NULL,
    active_at_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0 -- 1 once nothing is left to go on with
) STRICT;

-- A tenant of such a run that is finished.
CREATE TABLE tenants_run_done (
    tenants_run INTEGER NOT NULL REFERENCES tenants_run,
    name TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    digest TEXT NOT NULL, -- JSON, what the overview says of it
    PRIMARY KEY (tenants_run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE machine (
    id INTEGER PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES service,
    machine_id TEXT NOT NULL,
    last_answer INTEGER REFERENCES answer, -- the newest there is
    last_known INTEGER REFERENCES answer, -- the newest but for empty ones of a machine not seen for long
    UNIQUE (service, machine_id)
) STRICT;

-- One description of a missing KB, shared by all machines that it applies to.
CREATE TABLE missing_kb (
    id INTEGER PRIMARY KEY,
    kb_id TEXT NOT NULL,
    name TEXT,
    products_names TEXT NOT NULL, -- JSON, a list of texts
    url TEXT,
    machine_missed_on INTEGER,
    cve_addressed INTEGER NOT NULL,
    os_build TEXT,
    cve_set INTEGER REFERENCES cve_set, -- the CVEs that it addresses; null where the source gives their number alone
    unreadable TEXT NOT NULL, -- JSON, a list of texts: numbers that came as something else
    digest BLOB NOT NULL UNIQUE, -- of everything above
    last_run INTEGER NOT NULL -- in which it was last seen
) STRICT;

-- The CVEs that an update addresses on a machine, shared by updates and machines with the same set.
CREATE TABLE cve_set (
    id INTEGER PRIMARY KEY,
    cves TEXT NOT NULL, -- JSON, a list of their ids
    digest BLOB NOT NULL UNIQUE
) STRICT;

-- The service's latest facts about a CVE.
CREATE TABLE cve (
    cve_id TEXT PRIMARY KEY,
    severity TEXT, -- 'Low', 'Medium', 'High', 'Critical'
    exploitability TEXT, -- 'NoExploit', 'ExploitIsPublic', 'ExploitIsVerified', 'ExploitIsInKit'
    cvss_tenths INTEGER -- 78 for a score of 7.8
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
    id INTEGER PRIMARY KEY,
    machine INTEGER NOT NULL REFERENCES machine,
    run INTEGER NOT NULL, -- that asked; it may be gone by now
    session INTEGER NOT NULL, -- of that run
    source TEXT NOT NULL, -- where it comes from: 'calls', 'inferred', 'export', 'hunting'
    inferred_from TEXT, -- the machine that was called for; null for the machine itself
    as_of_ms INTEGER NOT NULL, -- the time for which it holds: of a call, when it was answered
    missing TEXT NOT NULL, -- JSON, a list of missing_kb.id
    since TEXT NOT NULL, -- JSON, since when: a time in milliseconds and the number of KBs in a row, again and again
    checksum INTEGER NOT NULL, -- of machine, source, inferred_from, as_of_ms, missing and since: no figure comes from a flipped bit
    software_set INTEGER REFERENCES software_set -- of the machine by the run's software inventory; null where there was none
) STRICT;

-- A list of machines, as it was read; identical lists are stored once.
CREATE TABLE inventory (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE, -- of all that stands in it
    file TEXT NOT NULL,
    columns TEXT NOT NULL, -- JSON, a list of texts
    duplicates INTEGER NOT NULL,
    rejected TEXT NOT NULL, -- JSON, a list of [line, text]
    fetched_at_ms INTEGER, -- when the service sent it; null for a file
    is_whole INTEGER, -- whether the service was asked for all its machines; null for a file
    query TEXT -- the filters that it was fetched with; null for a file
) STRICT;

CREATE TABLE inventory_machine (
    inventory INTEGER NOT NULL REFERENCES inventory,
    position INTEGER NOT NULL, -- from 0
    machine INTEGER NOT NULL REFERENCES machine,
    line INTEGER NOT NULL,
    cells TEXT NOT NULL, -- JSON, a list of texts
    PRIMARY KEY (inventory, position)
) STRICT, WITHOUT ROWID;

-- The machines of a list that are not requested.
CREATE TABLE inventory_skipped (
    inventory INTEGER NOT NULL REFERENCES inventory,
    position INTEGER NOT NULL, -- from 0, among these
    machine_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL, -- as in machines.csv
    cells TEXT NOT NULL, -- JSON, a list of texts
    PRIMARY KEY (inventory, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service INTEGER NOT NULL REFERENCES service,
    inventory INTEGER NOT NULL REFERENCES inventory,
    application INTEGER NOT NULL REFERENCES application, -- whose process works or worked on it
    fleet BLOB NOT NULL, -- digest of its machine ids, in whatever order the list has them
    session INTEGER NOT NULL DEFAULT 1, -- goes up each time the run is gone on with
    started_at_ms INTEGER NOT NULL,
    active_at_ms INTEGER NOT NULL, -- the last sign of life
    finished_at_ms INTEGER, -- when everything was asked, or the asking was stopped
    ending TEXT, -- 'finished', or what ended it early; null: at work, or killed
    outcome TEXT, -- as in summary.json
    answered INTEGER NOT NULL DEFAULT 0,
    reused INTEGER NOT NULL DEFAULT 0,
    not_found INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0,
    -- What it came to, so that trends need not count its gaps again. Null until it has ended.
    with_gaps INTEGER, -- machines that missed something
    clean INTEGER, -- machines that missed nothing
    unsupported INTEGER, -- machines that missed nothing because their Windows gets no more updates; null without the software inventory
    kbs INTEGER, -- distinct missing KBs
    gaps INTEGER, -- pairs of a machine and a KB that it missed
    exposure INTEGER, -- CVEs addressed, summed over all gaps
    exploited INTEGER -- gaps that were known to be exploited; null without the catalogue
) STRICT;

-- The service's list next to that of a run, for the comparison of --check-list.
CREATE TABLE list_check (
    run INTEGER PRIMARY KEY REFERENCES run,
    inventory INTEGER REFERENCES inventory, -- null where the list could not be fetched
    problem TEXT, -- why it could not
    checksum INTEGER NOT NULL -- of the three
) STRICT;

CREATE INDEX run_of_fleet ON run (service, fleet);

-- The outcome of each machine in a run. A machine without a row was not requested.
CREATE TABLE run_machine (
    run INTEGER NOT NULL REFERENCES run,
    machine INTEGER NOT NULL REFERENCES machine,
    origin TEXT NOT NULL, -- 'asked'; 'reused' from an earlier run; 'kept', because time was up or nothing has changed
    answer INTEGER REFERENCES answer, -- null where there is none
    attempts INTEGER NOT NULL,
    times_unknown INTEGER NOT NULL, -- how often the service did not know it
    reason TEXT,
    http_status INTEGER,
    code TEXT,
    message TEXT,
    correlation_id TEXT,
    PRIMARY KEY (run, machine)
) STRICT, WITHOUT ROWID;

-- The machines that missed an update of a month in a run. Months without any have no row.
CREATE TABLE run_release (
    run INTEGER NOT NULL REFERENCES run,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL, -- from 1
    machines INTEGER NOT NULL,
    PRIMARY KEY (run, year, month)
) STRICT, WITHOUT ROWID;

-- The machines that missed each KB in a run.
CREATE TABLE run_kb (
    run INTEGER NOT NULL REFERENCES run,
    kb_id TEXT NOT NULL, -- as received
    machines INTEGER NOT NULL,
    exploited INTEGER, -- its CVEs that were known to be exploited; null where that was not known
    PRIMARY KEY (run, kb_id)
) STRICT, WITHOUT ROWID;

-- The service's own count of machines next to that of a run, if it was requested.
CREATE TABLE run_census (
    run INTEGER PRIMARY KEY REFERENCES run,
    compared TEXT NOT NULL, -- JSON, a list of [product, kbId, ours, service, notAnswered]
    left_out TEXT NOT NULL, -- JSON, a list of [product, why it has no count]
    missing_because TEXT, -- why there is no count at all
    digest BLOB NOT NULL -- of all that stands before it
) STRICT;

-- The comparison of a run's answers with a second source, if it was requested.
CREATE TABLE run_cross_check (
    run INTEGER PRIMARY KEY REFERENCES run,
    source TEXT NOT NULL, -- 'export', 'hunting'
    as_of_ms INTEGER, -- the time for which the second source holds; null where it could not be read
    compared INTEGER NOT NULL, -- pairs of machine and KB that either source has
    machines_not_compared INTEGER NOT NULL, -- answered machines that the second source does not know
    -- JSON, a list of [machineId, kbId, cveFirst, cveSecond, because, time of the answer in milliseconds
    -- if it is later than the second source]
    differing TEXT NOT NULL,
    missing_because TEXT, -- why there is no comparison at all
    digest BLOB NOT NULL -- of all that stands before it
) STRICT;

-- How a run selected the machines to call for, if it did not call for all of them.
CREATE TABLE run_selection (
    run INTEGER PRIMARY KEY REFERENCES run,
    source TEXT NOT NULL, -- as typed: 'changes', 'cohorts', 'changes,cohorts'
    cohorts INTEGER, -- groups of machines with the same software; null where nothing was to be inferred
    rechecked INTEGER NOT NULL, -- machines of the sample that were answered
    differed INTEGER NOT NULL, -- those of them that missed something else than was assumed
    everyone_because TEXT, -- why every machine was called for after all
    named INTEGER, -- machines that the service named as changed; null where it was not asked for them
    changed INTEGER NOT NULL, -- machines that were queried and had changed since their last answer
    changed_named INTEGER NOT NULL, -- those of them that the service had named
    changed_by_software INTEGER NOT NULL -- those of them whose software had shown it
) STRICT;

-- The bulk source of a run's answers, if it had one.
CREATE TABLE run_bulk (
    run INTEGER PRIMARY KEY REFERENCES run,
    source TEXT NOT NULL, -- 'export', 'hunting'
    generated_at_ms INTEGER NOT NULL, -- the time for which its answers hold
    unlisted INTEGER NOT NULL, -- machines that are in it, but not on the list
    rows_without_cve INTEGER NOT NULL -- that name an update, but no CVE
) STRICT;

-- The time up to which the service's changes of software vulnerabilities have been taken into account.
CREATE TABLE changes_watermark (
    service INTEGER PRIMARY KEY REFERENCES service,
    generated_at_ms INTEGER NOT NULL
) STRICT;

-- Since when the service's own count has listed a KB for a product. A KB that it no longer lists has no row.
CREATE TABLE census_kb (
    service INTEGER NOT NULL REFERENCES service,
    product TEXT NOT NULL,
    kb_id TEXT NOT NULL,
    listed_ms INTEGER NOT NULL,
    PRIMARY KEY (service, product, kb_id)
) STRICT, WITHOUT ROWID;

-- The software inventory of a run, if it was requested; its machines are those of the run's list.
CREATE TABLE run_software (
    run INTEGER PRIMARY KEY REFERENCES run,
    fetched_at_ms INTEGER NOT NULL,
    generated_at_ms INTEGER NOT NULL, -- the time for which it holds
    missing_because TEXT, -- why there is none
    digest BLOB NOT NULL -- of all that stands before it, and of its machines
) STRICT;

CREATE TABLE machine_software (
    run INTEGER NOT NULL REFERENCES run_software,
    machine INTEGER NOT NULL REFERENCES machine,
    software_set INTEGER NOT NULL REFERENCES software_set,
    PRIMARY KEY (run, machine)
) STRICT, WITHOUT ROWID;

-- The software of a machine, shared by machines with the same software.
CREATE TABLE software_set (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    versions TEXT NOT NULL, -- JSON, a list of software_version.id
    windows_build TEXT, -- null where Windows itself is not in it
    support_status TEXT,
    support_ends TEXT, -- a date
    digest BLOB NOT NULL UNIQUE -- of all that stands before it
) STRICT;

-- A Microsoft product in one version.
CREATE TABLE software_version (
    id INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    digest BLOB NOT NULL, -- of the two
    UNIQUE (product, version)
) STRICT;

-- An app registration, to which quotas apply.
CREATE TABLE application (
    id INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    api_url TEXT NOT NULL,
    UNIQUE (tenant_id, client_id, api_url)
) STRICT;

-- The last pause that the service requested, for each API: each has its own quota.
CREATE TABLE pause (
    application INTEGER NOT NULL REFERENCES application,
    api TEXT NOT NULL, -- which one, such as 'missing-kbs'
    paused_at_ms INTEGER NOT NULL, -- when it last refused calls for quota
    paused_for_ms INTEGER NOT NULL, -- and for how long nothing is sent after that
    PRIMARY KEY (application, api)
) STRICT, WITHOUT ROWID;

-- Limits learned from refusals, narrower than the assumed ones; they apply for some days.
CREATE TABLE learned_limit (
    application INTEGER NOT NULL REFERENCES application,
    api TEXT NOT NULL, -- as in pause
    calls INTEGER NOT NULL, -- at most so many
    window_ms INTEGER NOT NULL, -- within any time of this length
    learned_at_ms INTEGER NOT NULL,
    PRIMARY KEY (application, api, window_ms)
) STRICT, WITHOUT ROWID;

-- The calls that the quota's windows may still count. Each is recorded before it is sent.
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    application INTEGER NOT NULL REFERENCES application,
    api TEXT NOT NULL, -- as in pause
    sent_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER -- null: under way, or unknown
) STRICT;

CREATE INDEX call_of_api ON call (application, api, sent_at_ms);

CREATE VIEW runs AS
SELECT
    run.id AS run,
    service.tenant_id AS tenantId,
    service.api_url AS apiUrl,
    strftime('%Y-%m-%dT%H:%M:%SZ', run.started_at_ms / 1000, 'unixepoch') AS startedAt,
    strftime('%Y-%m-%dT%H:%M:%SZ', run.finished_at_ms / 1000, 'unixepoch') AS finishedAt,
    run.outcome,
    run.answered,
    run.reused,
    run.not_found AS notFound,
    run.failed,
    run.pending,
    run.with_gaps AS withGaps,
    run.clean AS fullyPatched,
    run.kbs,
    run.gaps,
    run.exposure,
    run.unsupported
FROM run
JOIN service ON service.id = run.service;

CREATE VIEW machines AS
SELECT
    run_machine.run,
    machine.machine_id AS machineId,
    CASE
        WHEN answer.id IS NOT NULL THEN 'answered'
        WHEN run_machine.reason IN ('notFound', 'pending') THEN run_machine.reason
        WHEN run_machine.reason = 'notInExport' THEN 'notFound'
        ELSE 'failed'
    END AS status,
    json_array_length(answer.missing) AS missingKbs,
    strftime('%Y-%m-%dT%H:%M:%SZ', answer.as_of_ms / 1000, 'unixepoch') AS answeredAt,
    run_machine.reason,
    run_machine.http_status AS httpStatus,
    run_machine.message,
    CASE
        WHEN answer.source = 'calls' AND answer.run <> run_machine.run THEN 'kept'
        ELSE answer.source
    END AS source,
    answer.inferred_from AS inferredFrom
FROM run_machine
JOIN machine ON machine.id = run_machine.machine
LEFT JOIN answer ON answer.id = run_machine.answer;

CREATE VIEW census AS
SELECT
    run,
    value ->> 0 AS product,
    value ->> 1 AS kbId,
    value ->> 2 AS ours,
    value ->> 3 AS service,
    (value ->> 3) - (value ->> 2) AS difference,
    value ->> 4 AS notAnswered,
    (value ->> 3) - (value ->> 2) - (value ->> 4) AS unexplained
FROM run_census
JOIN json_each(run_census.compared);

CREATE VIEW crosscheck AS
SELECT
    run,
    value ->> 0 AS machineId,
    value ->> 1 AS kbId,
    value ->> 2 IS NOT NULL AS inFirst,
    value ->> 3 IS NOT NULL AS inSecond,
    value ->> 2 AS cveFirst,
    value ->> 3 AS cveSecond,
    value ->> 4 AS because
FROM run_cross_check
JOIN json_each(run_cross_check.differing);

CREATE VIEW software AS
SELECT
    machine_software.run,
    machine.machine_id AS machineId,
    software_set.platform AS osPlatform,
    software_set.windows_build AS windowsBuild,
    software_set.support_status AS supportStatus,
    software_set.support_ends AS supportEnds
FROM machine_software
JOIN machine ON machine.id = machine_software.machine
JOIN software_set ON software_set.id = machine_software.software_set;

CREATE VIEW gaps AS
SELECT
    run_machine.run,
    machine.machine_id AS machineId,
    missing_kb.kb_id AS kbId,
    missing_kb.name,
    missing_kb.products_names AS productsNames,
    missing_kb.url,
    missing_kb.machine_missed_on AS machineMissedOn,
    missing_kb.cve_addressed AS cveAddressed,
    missing_kb.os_build AS osBuild,
    strftime('%Y-%m-%dT%H:%M:%SZ', answer.as_of_ms / 1000, 'unixepoch') AS answeredAt,
    CASE
        WHEN answer.source = 'calls' AND answer.run <> run_machine.run THEN 'kept'
        ELSE answer.source
    END AS source,
    (
        SELECT strftime('%Y-%m-%dT%H:%M:%SZ', (answer.since ->> time) / 1000, 'unixepoch')
        FROM (
            SELECT key - 1 AS time, sum(value) OVER (ORDER BY key) AS kbs
            FROM json_each(answer.since)
            WHERE key % 2 = 1
        )
        WHERE listed.key < kbs
        ORDER BY kbs
        LIMIT 1
    ) AS since
FROM run_machine
JOIN machine ON machine.id = run_machine.machine
JOIN answer ON answer.id = run_machine.answer
JOIN json_each(answer.missing) AS listed
JOIN missing_kb ON missing_kb.id = listed.value;
