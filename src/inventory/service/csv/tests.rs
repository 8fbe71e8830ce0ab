use std::collections::HashSet;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    domain::{listed_machine::ListedMachine, skip_reason::SkipReason},
    inventory::Selection,
};

fn list(machines: impl IntoIterator<Item = ListedMachine>) -> ServiceList {
    let mut list = ServiceList::new(Selection {
        os: vec!["Windows".to_owned()],
        groups: Vec::new(),
        tags: Vec::new(),
        seen_within: std::time::Duration::MAX,
        excluded: HashSet::new(),
        now: "2026-11-29T12:00:00Z".parse().unwrap(),
    });
    for machine in machines {
        list.push(&machine);
    }
    list.sort();
    list
}

fn machine(number: usize, name: &str) -> ListedMachine {
    ListedMachine {
        id: format!("{number:040X}"),
        name: name.to_owned(),
        os_platform: "Windows11".to_owned(),
        onboarding_status: "Onboarded".to_owned(),
        tags: vec!["a".to_owned(), "b; c".to_owned()],
        ..ListedMachine::default()
    }
}

fn text(list: &ServiceList, guard: bool) -> String {
    let mut bytes = Vec::new();
    write_csv(list, guard, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn rows_are_sorted_by_name_then_by_id() {
    let excluded = ListedMachine {
        is_excluded: true,
        ..machine(1, "b")
    };
    let list = list([machine(3, "b"), excluded, machine(2, "=a\"")]);
    assert_eq!(
        text(&list, true),
        "\
machineId,deviceName,osPlatform,version,osBuild,lastSeen,firstSeen,healthStatus,onboardingStatus,group,tags,exposureLevel,riskScore,deviceValue,managedBy,aadDeviceId,excluded,mergedInto,skippedBecause
0000000000000000000000000000000000000002,\"'=a\"\"\",Windows11,,,,,,Onboarded,,a;b; c,,,,,,false,,
0000000000000000000000000000000000000001,b,Windows11,,,,,,Onboarded,,a;b; c,,,,,,true,,excluded
0000000000000000000000000000000000000003,b,Windows11,,,,,,Onboarded,,a;b; c,,,,,,false,,
"
    );
    assert!(text(&list, false).contains(",\"=a\"\"\","));
}

#[test]
fn list_is_read_as_its_csv_is() {
    let names = ["=cmd", "", "Anna's phone, \"private\"", "a\nb", "ü"];
    let machines = (0..1000).map(|number| ListedMachine {
        merged_into: if number % 7 == 0 {
            "x".to_owned()
        } else {
            String::new()
        },
        ..machine(number, names[number % names.len()])
    });
    let list = list(machines);
    for guard in [true, false] {
        let inventory = list.inventory("service", guard).unwrap();
        let csv = text(&list, guard);
        assert_eq!(
            inventory,
            read_from(csv.as_bytes(), "service", None).unwrap()
        );
        assert_eq!(inventory.skipped.machines.len(), 143);
        assert_eq!(inventory.machines.len(), 857);
        assert!(
            !inventory
                .columns
                .iter()
                .any(|name| name == "skippedBecause")
        );
        let reasons = inventory.skipped.machines.iter().map(|it| it.reason);
        assert!(reasons.clone().all(|it| it == SkipReason::Merged));
    }
}

#[test]
fn invalid_id_is_a_rejected_row() {
    let odd = ListedMachine {
        id: "no id".to_owned(),
        ..machine(0, "odd")
    };
    let inventory = list([machine(1, "a"), odd])
        .inventory("service", true)
        .unwrap();
    assert_eq!(inventory.rejected.len(), 1);
    assert_eq!(inventory.rows(), 2);
}

fn text_from_outside() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,6}",
        Just(String::new()),
        Just("machineId".to_owned()),
        Just("deviceName".to_owned()),
        Just("#TYPE System.Object".to_owned()),
        Just("\"; \n\r\n,\t".to_owned()),
        Just("sep=;".to_owned()),
        Just("skippedBecause".to_owned()),
        Just("0000000000000000000000000000000000000007".to_owned()),
        "[\0-\u{1f}]{0,3}",
    ]
}

fn machine_from_outside() -> impl Strategy<Value = ListedMachine> {
    let id = prop_oneof![4 => "[0-9a-fA-F]{40}", 1 => text_from_outside()];
    let texts = (
        id,
        text_from_outside(),
        text_from_outside(),
        text_from_outside(),
    );
    (texts, vec(text_from_outside(), 0..3)).prop_map(|((id, name, group, merged_into), tags)| {
        ListedMachine {
            id,
            name,
            group,
            merged_into,
            tags,
            os_platform: "Windows11".to_owned(),
            onboarding_status: "Onboarded".to_owned(),
            ..ListedMachine::default()
        }
    })
}

proptest! {
    #[test]
    fn every_listed_machine_has_a_row(
        machines in vec(machine_from_outside(), 0..20),
        guard: bool,
    ) {
        let one = machine(999, "one that can be requested");
        let listed = machines.len() as u64 + 1;
        let list = list(machines.into_iter().chain([one]));
        let inventory = list.inventory("service", guard).unwrap();
        prop_assert_eq!(inventory.rows(), listed);
        let skipped = (0..list.len()).filter(|place| list.skipped_because(*place).is_some());
        prop_assert!(inventory.skipped.machines.len() <= skipped.count());
    }
}
