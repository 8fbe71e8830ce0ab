use super::*;
use crate::inventory::{Fetched, read_from};

const HEADER: &str = "machineId,deviceName,osPlatform,version,osBuild,lastSeen,firstSeen,healthStatus,onboardingStatus,group,tags,exposureLevel,riskScore,deviceValue,managedBy,aadDeviceId,excluded,mergedInto,skippedBecause\n";

fn id(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

/// A list of the service: number, name, id that it was merged into, reason.
fn service(machines: &[(u8, &str, &str, &str)]) -> Inventory {
    let rows = machines.iter().map(|(number, name, into, reason)| {
        format!(
            "{},{name},,,,,,,,,,,,,,,false,{into},{reason}\n",
            id(*number)
        )
    });
    let text = HEADER.to_owned() + &rows.collect::<String>();
    Inventory {
        fetched: Some(Fetched {
            is_whole: true,
            as_of: Timestamp::UNIX_EPOCH,
            query: String::new(),
        }),
        ..read_from(text.as_bytes(), "service", Some("machineId")).unwrap()
    }
}

fn list(machines: &[u8]) -> Inventory {
    let rows: Vec<String> = machines.iter().map(|it| id(*it).to_string()).collect();
    read_from(rows.join("\n").as_bytes(), "machines.csv", None).unwrap()
}

#[test]
fn every_difference_is_found() {
    let service = service(&[
        (1, "a", "", ""),
        (2, "=b", "", ""),
        (3, "c", "0909", "merged"),
        (4, "d", "", "silent"),
        (5, "e", "0909", "merged"),
    ]);
    let comparison = ListComparison::of(&list(&[7, 3, 1, 6]), service);
    assert_eq!((comparison.selected(), comparison.unlisted()), (2, 1));
    assert_eq!(comparison.not_in_service, [id(6), id(7)]);
    let merged = MergedMachine {
        machine: id(3),
        into: "0909".to_owned(),
    };
    assert_eq!(comparison.merged, [merged]);
    for (guard, name) in [(true, "'=b"), (false, "=b")] {
        let mut bytes = Vec::new();
        comparison.write_unlisted(guard, &mut bytes).unwrap();
        let row = format!("{},{name},,,,,,,,,,,,,,,false,,\n", id(2));
        assert_eq!(String::from_utf8(bytes).unwrap(), HEADER.to_owned() + &row);
    }
}
