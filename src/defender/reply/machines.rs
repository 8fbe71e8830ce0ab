//! Parses one page of the machine list.

use serde::Deserialize;
use serde_json::Value;

use super::{
    answer::{NoAnswer, PageBody, page},
    lenient::{Object, Text, Texts},
};
use crate::domain::listed_machine::ListedMachine;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct MachineDto {
    id: Text,
    computer_dns_name: Text,
    os_platform: Text,
    version: Text,
    os_build: Text,
    last_seen: Text,
    first_seen: Text,
    health_status: Text,
    onboarding_status: Text,
    rbac_group_name: Text,
    machine_tags: Texts,
    exposure_level: Text,
    risk_score: Text,
    device_value: Text,
    managed_by: Text,
    aad_device_id: Text,
    is_excluded: Value,
    merged_into_machine_id: Text,
}

/// The machines on one page.
pub(in crate::defender) fn machines(body: &[u8]) -> Result<Vec<ListedMachine>, NoAnswer> {
    let page: PageBody<Vec<Object<MachineDto>>> = page(body)?;
    let machines = page.items.into_iter();
    Ok(machines.map(|Object(machine)| machine.into()).collect())
}

impl From<MachineDto> for ListedMachine {
    fn from(machine: MachineDto) -> Self {
        let text = |text: Text| text.filled().unwrap_or_default();
        Self {
            id: text(machine.id),
            name: text(machine.computer_dns_name),
            os_platform: text(machine.os_platform),
            version: text(machine.version),
            os_build: text(machine.os_build),
            last_seen: text(machine.last_seen),
            first_seen: text(machine.first_seen),
            health_status: text(machine.health_status),
            onboarding_status: text(machine.onboarding_status),
            group: text(machine.rbac_group_name),
            tags: machine.machine_tags.0,
            exposure_level: text(machine.exposure_level),
            risk_score: text(machine.risk_score),
            device_value: text(machine.device_value),
            managed_by: text(machine.managed_by),
            aad_device_id: text(machine.aad_device_id),
            is_excluded: is_true(&machine.is_excluded),
            merged_into: text(machine.merged_into_machine_id),
        }
    }
}

/// Whether a flag is set, in any JSON spelling.
fn is_true(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        Value::Number(number) => number.as_u64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(fields: &str) -> ListedMachine {
        let body = format!(r#"{{"value":[{{{fields}}}]}}"#);
        machines(body.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn odd_spellings_of_a_field_are_read() {
        let machine = one(
            r#""id":"0F","computerDnsName":null,"osBuild":20348,"rbacGroupId":"140","rbacGroupName":"Servers",
            "machineTags":["a",null,"b; c"],"isExcluded":"True","mergedIntoMachineId":"","unknown":{"x":[]}"#,
        );
        let expected = ListedMachine {
            id: "0F".to_owned(),
            os_build: "20348".to_owned(),
            group: "Servers".to_owned(),
            tags: vec!["a".to_owned(), "b; c".to_owned()],
            is_excluded: true,
            ..ListedMachine::default()
        };
        assert_eq!(machine, expected);
        for (flag, is_excluded) in [
            ("true", true),
            ("1", true),
            ("false", false),
            ("null", false),
        ] {
            let machine = one(&format!(r#""isExcluded":{flag}"#));
            assert_eq!(machine.is_excluded, is_excluded, "{flag}");
        }
    }
}
