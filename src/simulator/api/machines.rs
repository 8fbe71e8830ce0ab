//! The machine list, page by page, and one machine of it as the service writes it.

use std::ops::Range;

use hyper::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{admission::Admission, answer::here, counters::Counters, filter::Filter};
use crate::simulator::{
    listing::{Entry, ListedMachine},
    reply::Reply,
};

/// The most machines on a page.
const LARGEST_PAGE: usize = 10_000;

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata#Machines";

/// The machines that match a filter, kept from page to page.
#[derive(Debug)]
pub(super) struct Matching {
    filter: Option<String>,
    entries: Vec<Entry>,
}

/// What the query of a list asks for.
struct ListQuery<'a> {
    filter: Option<&'a str>,
    top: Option<usize>,
    skip: usize,
}

/// The requested page of the machine list. `Err` is a refusal.
pub(super) fn machine_page(call: &Admission<'_>, counters: &mut Counters) -> Result<Reply, Reply> {
    let call = &call.admitted(counters.attempts_at(&call.request.target));
    let query = ListQuery::read(call)?;
    let matching = matching(call, &query, &mut counters.matching)?;
    if matching.is_empty() {
        let message = "No machine was found";
        return Err(call.error(StatusCode::NOT_FOUND, "ResourceNotFound", message));
    }
    let page = matching[query.part(matching.len())].iter();
    let machines = page.map(|&entry| described(&call.tenant.listed(entry)));
    let mut body = json!({
        "@odata.context": CONTEXT,
        "value": machines.collect::<Vec<_>>(),
    });
    if query.top.is_none() {
        body["@odata.nextLink"] = next_link(call, &query).into();
    }
    Ok(Reply::list(&body))
}

impl<'a> ListQuery<'a> {
    fn read(call: &Admission<'a>) -> Result<Self, Reply> {
        let request = call.request;
        for (name, _) in &request.query {
            let known = ["$filter", "$top", "$skip"].contains(&name.as_str());
            if name.starts_with('$') && !known {
                let message = format!("The query option '{name}' is not supported.");
                return Err(call.odata_error(&message));
            }
        }
        let top = number(call, "$top")?;
        if top.is_some_and(|top| top > LARGEST_PAGE) {
            let message = format!("The limit of '{LARGEST_PAGE}' for Top query has been exceeded.");
            return Err(call.odata_error(&message));
        }
        Ok(Self {
            filter: request.parameter("$filter"),
            top,
            skip: number(call, "$skip")?.unwrap_or(0),
        })
    }

    /// The page's part of so many machines.
    fn part(&self, machines: usize) -> Range<usize> {
        let start = self.skip.min(machines);
        let size = self.top.unwrap_or(LARGEST_PAGE);
        start..start.saturating_add(size).min(machines)
    }
}

fn number(call: &Admission<'_>, name: &str) -> Result<Option<usize>, Reply> {
    let text = call.request.parameter(name);
    text.map(str::parse).transpose().map_err(|_| {
        let message = format!("Invalid value for the query option '{name}'.");
        call.odata_error(&message)
    })
}

/// All machines that match the filter of the query.
fn matching<'m>(
    call: &Admission<'_>,
    query: &ListQuery<'_>,
    kept: &'m mut Option<Matching>,
) -> Result<&'m [Entry], Reply> {
    let fresh = match kept.take() {
        Some(kept) if kept.filter.as_deref() == query.filter => kept,
        _ => Matching {
            filter: query.filter.map(str::to_owned),
            entries: chosen(call, query.filter)?,
        },
    };
    Ok(&kept.insert(fresh).entries)
}

fn chosen(call: &Admission<'_>, filter: Option<&str>) -> Result<Vec<Entry>, Reply> {
    let tenant = call.tenant;
    let filter = filter.map(Filter::read).transpose();
    let filter = filter.map_err(|message| call.odata_error(&message))?;
    let all = tenant.entries().iter().copied();
    Ok(match filter {
        None => all.collect(),
        Some(filter) => all
            .filter(|&it| filter.matches(&tenant.listed(it)))
            .collect(),
    })
}

/// The link of a page that was requested without `$top`. As seen in the field, it leads on for
/// ever, and the second page's link has lost the names of its parameters, and so the filter.
fn next_link(call: &Admission<'_>, query: &ListQuery<'_>) -> String {
    let first = query.skip == 0 && call.request.parameter("").is_none();
    let [filter_name, skip_name] = if first {
        ["$filter", "$skip"]
    } else {
        ["", ""]
    };
    let filter = query.filter.or_else(|| call.request.parameter(""));
    let filter: String = byte_serialize(filter.unwrap_or_default().as_bytes()).collect();
    let skip = query.skip + LARGEST_PAGE;
    let filter = match filter.as_str() {
        "" => String::new(),
        filter => format!("{filter_name}={filter}&"),
    };
    here(call, &format!("/api/machines?{filter}{skip_name}={skip}"))
}

/// A machine as the service writes it.
fn described(machine: &ListedMachine) -> Value {
    let group = machine.group.as_ref();
    let decimals = usize::from(machine.decimals);
    let address = machine.ip_address.iter();
    json!({
        "id": machine.id.to_string(),
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
        "rbacGroupId": group.map_or(0, |group| group.id),
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

fn ip_address(address: &String) -> Value {
    json!({
        "ipAddress": address,
        "macAddress": null,
        "type": "Ethernet",
        "operationalStatus": "Up",
    })
}
