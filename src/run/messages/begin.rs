//! The messages at the beginning of a run.

use jiff::{Timestamp, ZonedDateTime};

use crate::{
    domain::text::{counted, thousands},
    inventory::{Inventory, ServiceList},
    report::plain::plain,
    store::{MachineState, OutcomeCounts, Reuse, StartedRun},
};

/// The number of answers already in the store, and where they come from.
pub(crate) fn resuming(
    run: &StartedRun,
    inventory: &Inventory,
    started: &ZonedDateTime,
) -> Option<String> {
    let done = run
        .machines
        .iter()
        .filter(|it| it.state == MachineState::Answered);
    let done = done.count() as u64;
    let machines = counted(inventory.machines.len() as u64, "machine", "machines");
    let answers = format!("{} of {machines}", thousands(done));
    if run.record.session > 1 {
        let since = time_of_day(run.record.started_at, started);
        return Some(format!(
            "Resuming the run started at {since}: {answers} done (--fresh starts over)"
        ));
    }
    (done > 0).then(|| format!("Reusing answers of earlier runs: {answers} done"))
}

/// The number of machines that the service listed, and when.
pub(crate) fn listed(list: &Inventory) -> String {
    let as_of = list.fetched.as_ref();
    let as_of = as_of.map_or_else(String::new, |it| format!(" as of {:.0}", it.as_of));
    let skipped = list.skipped.machines.len() as u64;
    let machines = counts(list.listed(), skipped);
    format!("The service lists {machines}{as_of}")
}

/// The same for a list that no run uses.
pub(crate) fn listed_by_service(list: &ServiceList) -> String {
    let skipped = (0..list.len()).filter(|place| list.skipped_because(*place).is_some());
    let machines = counts(list.len() as u64, skipped.count() as u64);
    format!("The service lists {machines}")
}

fn counts(machines: u64, skipped: u64) -> String {
    let asked = thousands(machines - skipped);
    let machines = counted(machines, "machine", "machines");
    let skipped = thousands(skipped);
    format!("{machines} ({asked} to query, {skipped} skipped)")
}

/// The number of recent answers that are not used. That may be nearly all of them if the list has
/// changed a little since a run that ended early.
pub(crate) fn reusable_answers(run: &StartedRun, reuse: Reuse) -> Option<String> {
    let Reuse::EndedEarly(longest) = reuse else {
        return None;
    };
    let now = Timestamp::now();
    let is_recent = |at: Timestamp| now.duration_since(at).unsigned_abs() <= longest;
    let last_answered = run.machines.iter().filter_map(|it| it.last_answered);
    let recent = last_answered.filter(|at| is_recent(*at)).count() as u64;
    let machines = counted(recent, "machine was", "machines were");
    let hours = longest.as_secs() / 3600;
    (recent > 0).then(|| {
        format!(
            "{machines} answered within the last {hours} h but will be queried again; --max-age \
             {hours}h would reuse those answers"
        )
    })
}

/// The message that another process is in progress.
pub(crate) fn waiting_for_other(in_progress: Option<OutcomeCounts>) -> String {
    let so_far = in_progress.map_or_else(String::new, |in_progress| {
        format!(
            " ({} so far)",
            counted(in_progress.answered, "answer", "answers")
        )
    });
    format!(
        "another patchgap is running with the same app registration{so_far}: waiting until it \
         has finished, because they share one quota"
    )
}

/// The warning that the list's last-seen values cannot be parsed: silent machines would count as
/// clean.
pub(crate) fn unreadable_last_seen(inventory: &Inventory, now: Timestamp) -> Option<String> {
    let column = &inventory.columns[inventory.last_seen_column()?];
    let unread = inventory.unread_last_seen(now)?;
    let machines = counted(unread.machines, "machine", "machines");
    Some(format!(
        "{machines} in {}: {}; it is unknown whether they were seen in the last 30 days",
        plain(&inventory.file),
        plain(&unread.sentence(column))
    ))
}

/// The message that some names in the list refer to several machines.
pub(crate) fn shared_names(inventory: &Inventory) -> Option<String> {
    let shared = inventory.shared_names()?;
    let names = counted(shared.names, "name belongs", "names belong");
    Some(format!(
        "{names} to {} ids in {}, such as `{}`: perhaps old and new records of the same computers; \
         each id is queried and counted",
        thousands(shared.machines),
        plain(&inventory.file),
        plain(&shared.example)
    ))
}

/// The time of day; with the date if it is not today.
pub(crate) fn time_of_day(time: Timestamp, now: &ZonedDateTime) -> String {
    let time = time.to_zoned_datetime(now.time_zone().clone());
    let format = if time.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.strftime(format).to_string()
}
