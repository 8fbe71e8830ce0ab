//! CISA's catalogue, JSON and CSV.

use super::{KEV_JSON, cve, kev};

const CSV: &str =
    "cveID,vendorProject,dateAdded,shortDescription,dueDate,knownRansomwareCampaignUse
CVE-2026-00001,Microsoft,2026-11-10,\"Use after \"\"free\"\",
local.\",2026-12-01,Known
CVE-2025-29824,Microsoft,2025-04-08,x,2025-04-29,Unknown
";

#[test]
fn json_and_csv_say_the_same() {
    let (json, csv) = (kev(KEV_JSON).unwrap(), kev(CSV).unwrap());
    assert_eq!(json.date.to_string(), "2026-11-25");
    assert_eq!(csv.date.to_string(), "2026-11-10", "of the latest entry");
    for kev in [json, csv] {
        assert_eq!(kev.cve_count(), 2);
        let entry = kev.get(cve("CVE-2026-00001")).unwrap();
        assert_eq!(entry.due.unwrap().to_string(), "2026-12-01");
        assert!(entry.ransomware);
        assert!(!kev.get(cve("CVE-2025-29824")).unwrap().ransomware);
        assert_eq!(kev.get(cve("CVE-2025-29825")), None);
    }
}

#[test]
fn columns_come_in_any_order() {
    let csv =
        "\u{feff}DUEDATE,dateAdded,\"notes\",cveID\r\n2026-12-01,2026-11-10,a,CVE-2026-00001\r\n";
    let kev = kev(csv).unwrap();
    let entry = kev.get(cve("CVE-2026-00001")).unwrap();
    assert_eq!(entry.due.unwrap().to_string(), "2026-12-01");
    assert!(!entry.ransomware, "the column is missing");
}

#[test]
fn entry_without_a_due_date_has_none() {
    let csv = "cveID,dateAdded,dueDate\nCVE-2026-00001,2026-11-10,\n";
    let json = KEV_JSON.replace("2026-12-01", "");
    for text in [csv, &json] {
        let entry = kev(text).unwrap().get(cve("CVE-2026-00001")).unwrap();
        assert_eq!(entry.due, None);
    }
}

#[test]
fn of_two_entries_the_earlier_date_and_the_worse_use_count() {
    let csv = "cveID,dateAdded,dueDate,knownRansomwareCampaignUse
CVE-2026-00001,2026-11-10,2026-12-09,Known
CVE-2026-00001,2026-11-10,2026-12-01,Unknown
";
    let kev = kev(csv).unwrap();
    assert_eq!(kev.cve_count(), 1);
    let entry = kev.get(cve("CVE-2026-00001")).unwrap();
    assert_eq!(entry.due.unwrap().to_string(), "2026-12-01");
    assert!(entry.ransomware);
}
