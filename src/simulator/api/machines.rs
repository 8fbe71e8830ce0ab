//! The machine list, page by page, and a single machine in the service's format.

use hyper::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{
    admission::Admission,
    faults::apply_fault,
    matching::ListState,
    paging::{MAX_PAGE, Paging},
};
use crate::simulator::{
    faults::{Fault, ListFault},
    listing::ListedMachine,
    reply::Reply,
};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata#Machines";

/// The reply to a call of the machine list. `Err` is a refusal.
pub(super) fn machine_list(call: &Admission<'_>, list: &mut ListState) -> Result<Reply, Reply> {
    let settings = &call.tenant.settings;
    let fault = settings.faults.list.of(
        settings.seed,
        list.calls,
        call.as_request(&call.request.target),
    );
    list.calls += 1;
    let whole = match fault {
        Some(ListFault::Throttled) => Fault::Throttled,
        Some(ListFault::ServerError) => Fault::ServerError,
        Some(ListFault::NoValue) => Fault::NoValue,
        Some(ListFault::NotJson) => Fault::Html,
        Some(ListFault::ShortPage | ListFault::RepeatedPage) | None => {
            return machine_page(call, list, fault);
        }
        Some(ListFault::Moves) => {
            list.moves += 1;
            return machine_page(call, list, fault);
        }
    };
    Ok(apply_fault(whole, call))
}

fn machine_page(
    call: &Admission<'_>,
    list: &mut ListState,
    fault: Option<ListFault>,
) -> Result<Reply, Reply> {
    let paging = Paging::read(call, &["$filter"])?;
    let matching = list.matching(call)?;
    if matching.is_empty() {
        let message = "No machine was found";
        return Err(call.error(StatusCode::NOT_FOUND, "ResourceNotFound", message));
    }
    let part = match fault {
        Some(ListFault::ShortPage) => paging.half_of_part(matching.len()),
        Some(ListFault::RepeatedPage) => paging.part_before(matching.len()),
        _ => paging.part(matching.len()),
    };
    let page = matching[part].iter();
    let machines = page.map(|&entry| described(&call.tenant.listed(entry)));
    let mut body = json!({
        "@odata.context": CONTEXT,
        "value": machines.collect::<Vec<_>>(),
    });
    if paging.top.is_none() {
        body["@odata.nextLink"] = next_link(call, &paging).into();
    }
    Ok(Reply::list(&body))
}

/// The link on a page that was requested without `$top`. As observed in the field, the links never end, and
/// the second page's link has lost the names of its parameters, and thus the filter.
fn next_link(call: &Admission<'_>, paging: &Paging) -> String {
    let request = call.request;
    let nameless = request.parameter("");
    let first = paging.skip == 0 && nameless.is_none();
    let [filter_name, skip_name] = if first {
        ["$filter", "$skip"]
    } else {
        ["", ""]
    };
    let filter = request.parameter("$filter").or(nameless);
    let filter: String = byte_serialize(filter.unwrap_or_default().as_bytes()).collect();
    let skip = paging.skip + MAX_PAGE;
    let filter = match filter.as_str() {
        "" => String::new(),
        filter => format!("{filter_name}={filter}&"),
    };
    call.here(&format!("/api/machines?{filter}{skip_name}={skip}"))
}

/// A machine in the service's format.
fn described(machine: &ListedMachine) -> Value {
    let group = machine.group.as_ref();
    let decimals = usize::from(machine.decimals);
    let address = machine.ip_address.iter();
    json!({
        "id": machine.bad_id.clone().unwrap_or_else(|| json!(machine.id.to_string())),
        "mergedIntoMachineId": machine.merged_into.map(|id| id.to_string()),
        "isPotentialDuplication": machine.potential_duplicate,
        "isExcluded": machine.excluded_because.is_some(),
        "exclusionReason": machine.excluded_because,
        "computerDnsName": machine.name,
        "firstSeen": format!("{:.decimals$}", machine.first_seen),
        "lastSeen": format!("{:.decimals$}", machine.last_seen),
        "osPlatform": machine.os_platform,
        "osVersion": null,
        "osProcessor": "x64",
        "version": machine.version,
        "osBuild": machine.os_build,
        "osArchitecture": "64-bit",
        "lastIpAddress": machine.ip_address,
        "lastExternalIpAddress": machine.ip_address.as_ref().map(|_| "203.0.113.9"),
        "agentVersion": machine.os_build.map(|build| format!("10.8800.{build}.4000")),
        "healthStatus": machine.health,
        "onboardingStatus": machine.onboarding,
        "deviceValue": machine.device_value,
        "rbacGroupId": group_id(machine),
        "rbacGroupName": group.map(|group| &group.name),
        "riskScore": machine.risk_score,
        "exposureLevel": machine.exposure_level,
        "isAadJoined": machine.aad_device_id.is_some(),
        "aadDeviceId": machine.aad_device_id,
        "machineTags": machine.tags,
        "managedBy": machine.managed_by,
        "managedByStatus": "Unknown",
        "ipAddresses": address.map(ip_address).collect::<Vec<_>>(),
        "vmMetadata": null,
    })
}

/// A number, although it is documented as a text.
fn group_id(machine: &ListedMachine) -> Value {
    let id = machine.group.as_ref().map_or(0, |group| group.id);
    if machine.group_id_as_text {
        json!(id.to_string())
    } else {
        json!(id)
    }
}

fn ip_address(address: &String) -> Value {
    json!({
        "ipAddress": address,
        "macAddress": null,
        "type": "Ethernet",
        "operationalStatus": "Up",
    })
}
