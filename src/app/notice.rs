//! What is said before the asking begins, when it does not begin from nothing.

use jiff::{Timestamp, ZonedDateTime};
use tracing::info;

use crate::{
    config::{Config, Console},
    fetch::Ending,
    inventory::Inventory,
    store::{Application, Begun, Known, Reuse, Store},
    text::{counted, span, thousands},
};

/// Tells people something that is no warning, beside the progress.
pub(super) fn tell(console: Console, text: &str) {
    if !console.quiet {
        info!(target: "patchgap::progress", "{text}");
    }
}

/// What is not asked for again, and why.
pub(super) fn going_on(
    begun: &Begun,
    inventory: &Inventory,
    started: &ZonedDateTime,
) -> Option<String> {
    let known = begun
        .machines
        .iter()
        .filter(|it| it.known == Known::Answered);
    let known = known.count() as u64;
    let machines = counted(inventory.machines.len() as u64, "machine", "machines");
    let answers = format!("{} of {machines} have their answer", thousands(known));
    if begun.session > 1 {
        let since = clock(begun.started_at, started);
        return Some(format!(
            "going on with the run that began {since}: {answers} (--fresh starts over)"
        ));
    }
    (known > 0).then(|| format!("{answers} from an earlier run, and are not asked for again"))
}

/// Which answers are there and not used: of a list that has changed a little since a run that
/// ended early, they may be nearly all.
pub(super) fn could_reuse(begun: &Begun, reuse: Reuse) -> Option<String> {
    let Reuse::EndedEarly(longest) = reuse else {
        return None;
    };
    let now = Timestamp::now();
    let is_young = |at: Timestamp| now.duration_since(at).unsigned_abs() <= longest;
    let last_answered = begun.machines.iter().filter_map(|it| it.last_answered);
    let young = last_answered.filter(|at| is_young(*at)).count() as u64;
    let machines = counted(young, "machine was", "machines were");
    let hours = longest.as_secs() / 3600;
    (young > 0).then(|| {
        format!(
            "{machines} answered within the last {hours} h already, and asked again now; \
             --max-age {hours}h would use those answers"
        )
    })
}

/// How to go on with a run that ended early. The demonstration's store is gone by then.
pub(super) fn can_go_on(config: &Config, ending: &Ending) -> Option<String> {
    let said = !config.console.quiet && config.store.path.is_some();
    let how = match config.store.reuse {
        Reuse::Nothing => "without --fresh, the same command goes on from here".to_owned(),
        Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
            format!(
                "within {}, the same command goes on from here",
                span(longest)
            )
        }
    };
    (said && *ending != Ending::Finished).then(|| format!("\nnot finished: {how}\n"))
}

/// That another process is at work.
pub(super) fn busy(store: &Store, application: &Application) -> String {
    let so_far = match store.answers_at_work(application) {
        Ok(Some(answers)) => format!(" ({} so far)", counted(answers, "answer", "answers")),
        _ => String::new(),
    };
    format!(
        "another patchgap is at work with the same app registration{so_far}: waiting until it is \
         done, because they share one quota"
    )
}

/// The time of day, with the date when it was another day.
pub(super) fn clock(time: Timestamp, now: &ZonedDateTime) -> String {
    let time = time.to_zoned_datetime(now.time_zone().clone());
    let format = if time.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.strftime(format).to_string()
}
