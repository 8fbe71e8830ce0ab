//! Unreadable numbers: counted, with an example.

use crate::common::{Gateway, Scene, write_reply};

/// Values of `cveAddressed`, and whether each can be read.
const VALUES: [(&str, bool); 14] = [
    ("97", true),
    ("\"97\"", true),
    ("97.0", true),
    ("null", true),
    ("\"\"", true),
    ("-5", false),
    ("1.5", false),
    ("\"x\"", false),
    ("\"-5\"", false),
    ("340282366920938463463374607431768211456", false),
    ("true", false),
    ("[]", false),
    ("{\"a\":1}", false),
    ("\"\\u001b[31m\"", false),
];

#[test]
fn unreadable_numbers_are_counted_on_every_read() {
    let scene = Scene::with_machines(VALUES.len());
    let machines = scene.tenant.fleet().machines();
    let machines: Vec<String> = machines.iter().map(|it| it.id.to_string()).collect();
    let last = machines[VALUES.len() - 1].clone();
    let gateway = Gateway::serve(move |machine, stream| {
        let number = machines.iter().position(|it| it == machine).unwrap();
        let (value, _) = VALUES[number];
        // `machineMissedOn` is a number like any other.
        let missed_on = if machine == last { "-1" } else { "1" };
        let body = format!(
            r#"{{"value":[{{"id":"50{number}","cveAddressed":{value},"machineMissedOn":{missed_on}}}]}}"#
        );
        write_reply(
            stream,
            200,
            "Content-Type: application/json\r\n",
            body.as_bytes(),
        )
    });
    let expected = 1 + VALUES.iter().filter(|(_, is_read)| !is_read).count();
    // The second run uses the answers of the first.
    for arguments in [
        &["report", "machines.csv"][..],
        &["report", "machines.csv"],
        &["report", "--offline"],
    ] {
        let mut command = scene.command(arguments);
        gateway.gets(&mut command);
        let run = scene.finish(&mut command).exits_with(0);
        assert_eq!(run.summary()["unreadable"], expected, "{arguments:?}");
        let warnings = run
            .stderr
            .matches("could not be read and are treated as missing, such as ");
        assert_eq!(warnings.count(), 1, "{}", run.stderr);
        let gaps = run.rows("gaps.csv");
        for (number, (value, _)) in VALUES.iter().enumerate() {
            let row = gaps.iter().find(|row| row["kbId"] == format!("50{number}"));
            let cves = if number < 3 { "97" } else { "0" };
            assert_eq!(row.unwrap()["cveAddressed"], cves, "{value}");
        }
    }
}

#[test]
fn readable_numbers_cause_no_warning() {
    let scene = Scene::with_machines(5);
    let run = scene.report(&[]).exits_with(0);
    assert_eq!(run.summary()["unreadable"], 0);
    assert!(!run.stderr.contains("cannot be read"), "{}", run.stderr);
}
