//! `$filter` of the machine list: comparisons joined by `and`.

use jiff::Timestamp;

use crate::simulator::listing::ListedMachine;

/// Comparisons that must all be true.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter(Vec<Comparison>);

#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    field: Field,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    OnboardingStatus,
    OsPlatform,
    HealthStatus,
    RbacGroupId,
    LastSeen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Value {
    Text(String),
    Time(Timestamp),
}

impl Filter {
    /// Parses a filter; the error is the service's message about it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let comparisons = text.split(" and ").map(Comparison::read);
        comparisons.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn matches(&self, machine: &ListedMachine) -> bool {
        self.0.iter().all(|comparison| comparison.holds(machine))
    }
}

impl Comparison {
    fn read(text: &str) -> Result<Self, String> {
        let mut words = text.trim().splitn(3, ' ');
        let [Some(field), Some(operator), Some(value)] = [(); 3].map(|()| words.next()) else {
            return Err(format!("Syntax error in '{text}'."));
        };
        let field = Field::read(field)?;
        let operator = Operator::read(operator, field)?;
        let value = Value::read(value.trim(), field)
            .ok_or_else(|| format!("'{value}' is not a value that can be compared in '{text}'."))?;
        Ok(Self {
            field,
            operator,
            value,
        })
    }

    fn holds(&self, machine: &ListedMachine) -> bool {
        let found = self.field.of(machine);
        match self.operator {
            Operator::Equal => found == self.value,
            Operator::NotEqual => found != self.value,
            Operator::Greater => found > self.value,
            Operator::GreaterOrEqual => found >= self.value,
            Operator::Less => found < self.value,
            Operator::LessOrEqual => found <= self.value,
        }
    }
}

impl Field {
    /// Names are case-insensitive, as in the service's own examples.
    fn read(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "onboardingstatus" => Ok(Self::OnboardingStatus),
            "osplatform" => Ok(Self::OsPlatform),
            "healthstatus" => Ok(Self::HealthStatus),
            "rbacgroupid" => Ok(Self::RbacGroupId),
            "lastseen" => Ok(Self::LastSeen),
            _ => Err(format!("The property '{name}' cannot be used in $filter.")),
        }
    }

    fn of(self, machine: &ListedMachine) -> Value {
        let group = || machine.group.as_ref().map_or(0, |group| group.id);
        match self {
            Self::OnboardingStatus => Value::Text(machine.onboarding.to_owned()),
            Self::OsPlatform => Value::Text(machine.os_platform.to_owned()),
            Self::HealthStatus => Value::Text(machine.health.to_owned()),
            Self::RbacGroupId => Value::Text(group().to_string()),
            Self::LastSeen => Value::Time(machine.last_seen),
        }
    }
}

impl Operator {
    /// Texts and numbers can be equal or not; times can also be earlier or later.
    fn read(word: &str, field: Field) -> Result<Self, String> {
        let timed = field == Field::LastSeen;
        match word {
            "eq" if !timed => Ok(Self::Equal),
            "ne" if !timed => Ok(Self::NotEqual),
            "gt" if timed => Ok(Self::Greater),
            "ge" if timed => Ok(Self::GreaterOrEqual),
            "lt" if timed => Ok(Self::Less),
            "le" if timed => Ok(Self::LessOrEqual),
            _ => Err(format!("The operator '{word}' cannot be used here.")),
        }
    }
}

impl Value {
    fn read(text: &str, field: Field) -> Option<Self> {
        let quoted = || text.strip_prefix('\'')?.strip_suffix('\'');
        match field {
            Field::LastSeen => time(text).map(Self::Time),
            Field::RbacGroupId => {
                let number: u32 = quoted().unwrap_or(text).parse().ok()?;
                Some(Self::Text(number.to_string()))
            }
            _ => quoted()
                .filter(|text| !text.contains('\''))
                .map(|text| Self::Text(text.to_owned())),
        }
    }
}

/// A time, or a day as the service's examples write it: `2026-08-01Z`, without quotes.
fn time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix('Z') {
        Some(day) if day.len() == "2026-08-01".len() => format!("{day}T00:00:00Z").parse().ok(),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{Fleet, ListFaults, listing::Listing};

    /// The number of machines on a list that match.
    fn matching(filter: &str) -> usize {
        let start = "2026-11-29T12:00:00Z".parse().unwrap();
        let (listing, fleet) = (
            Listing::new(1, start, ListFaults::default()),
            Fleet::generate(1, 400),
        );
        let filter = Filter::read(filter).unwrap();
        let entries = listing.at_first(&fleet).iter();
        let records = entries.map(|&entry| listing.record(&fleet, entry));
        records.filter(|record| filter.matches(record)).count()
    }

    #[test]
    fn filters_choose_machines() {
        let onboarded = matching("onboardingStatus eq 'Onboarded'");
        assert!((400..450).contains(&onboarded), "{onboarded}");
        let seen = "onboardingStatus eq 'Onboarded' and lastSeen gt 2026-10-30Z";
        assert!((400..onboarded).contains(&matching(seen)));
        let active = matching("healthStatus eq 'Active'");
        assert_eq!(active + matching("healthStatus ne 'Active'"), 450);
        let group = matching("rbacGroupId eq 101");
        assert!((40..110).contains(&group), "{group}");
        assert_eq!(matching("RbacGroupId eq '101'"), group);
        assert_eq!(matching("lastSeen lt 2020-01-01T00:00:00Z"), 0);
        assert_eq!(matching("osPlatform eq 'Windows3'"), 0);
    }

    #[test]
    fn invalid_filters_are_refused() {
        for text in [
            "",
            "onboardingStatus",
            "onboardingStatus eq Onboarded",
            "onboardingStatus gt 'Onboarded'",
            "onboardingStatus eq 'Onboarded' or osPlatform eq 'Windows11'",
            "startswith(osPlatform,'Windows')",
            "lastSeen gt '2026-08-01Z'",
            "lastSeen gt yesterday",
            "lastSeen eq 2026-08-01Z",
            "rbacGroupId eq 'x'",
            "isExcluded eq false",
        ] {
            assert!(Filter::read(text).is_err(), "{text}");
        }
    }
}
