-- Version 2: what a run came to, so that trends need not count its gaps again. Null until the run
-- has ended.
ALTER TABLE run ADD COLUMN with_gaps INTEGER; -- machines that missed something
ALTER TABLE run ADD COLUMN kbs INTEGER; -- distinct missing KBs
ALTER TABLE run ADD COLUMN gaps INTEGER; -- pairs of a machine and a KB that it missed
ALTER TABLE run ADD COLUMN exposure INTEGER; -- CVEs addressed, summed over all gaps

-- Runs that ended before are counted now, once.
UPDATE run SET
    with_gaps = counted.with_gaps, kbs = counted.kbs, gaps = counted.gaps,
    exposure = counted.exposure
FROM (
    SELECT
        ended.id,
        count(DISTINCT iif(listed.value IS NULL, NULL, run_machine.machine)) AS with_gaps,
        count(DISTINCT missing_kb.kb_id) AS kbs,
        count(listed.value) AS gaps,
        -- As a floating-point number, a sum that no integer holds is no error.
        CAST(total(missing_kb.cve_addressed) AS INTEGER) AS exposure
    FROM run AS ended
    LEFT JOIN run_machine ON run_machine.run = ended.id AND run_machine.answer IS NOT NULL
    LEFT JOIN answer ON answer.id = run_machine.answer
    LEFT JOIN json_each(answer.missing) AS listed
    LEFT JOIN missing_kb ON missing_kb.id = listed.value
    WHERE ended.ending IS NOT NULL
    GROUP BY ended.id
) AS counted
WHERE run.id = counted.id;

DROP VIEW runs;

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
    run.kbs,
    run.gaps,
    run.exposure
FROM run
JOIN service ON service.id = run.service;
