//! The risk figures of every KB and machine, computed a second time from the same generated feeds, in the
//! simplest way and with none of the product's code except its parsers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::{
    domain::cve::CveId,
    risk::{Epss, Kev, MsrcReader},
};

/// CVEs, KBs and products are small numbers.
type Number = u32;

/// What a month of MSRC contains about a CVE in an update.
#[derive(Debug, Clone)]
struct Fix {
    month: usize,
    cve: Number,
    kb: Number,
    product: Number,
    /// The score of the CVE in this product.
    severity: usize,
    cvss_tenths: u64,
    restart: usize,
    replaces: Vec<Number>,
}

/// A gap of a machine; its source may name the CVEs.
#[derive(Debug, Clone)]
struct MadeGap {
    kb: Number,
    cves: Option<BTreeSet<Number>>,
}

/// Feeds and a fleet.
#[derive(Debug, Clone)]
struct World {
    /// By CVE: the day of November by which it must be closed, and whether ransomware uses it.
    kev: BTreeMap<Number, (u32, bool)>,
    /// By CVE, in thousandths.
    epss: BTreeMap<Number, u32>,
    fixes: Vec<Fix>,
    machines: Vec<Vec<MadeGap>>,
}

const SEVERITIES: [&str; 4] = ["Low", "Moderate", "Important", "Critical"];
const RESTARTS: [&str; 3] = ["No", "Maybe", "Yes"];
const RELEASED: [&str; 2] = ["2026-10-13", "2026-11-10"];

fn world() -> impl Strategy<Value = World> {
    let cve = || 1..9_u32;
    let kb = || 1..6_u32;
    let fix = (
        (0..2_usize, cve(), kb(), 1..4_u32),
        (0..4_usize, 1..101_u64, 0..3_usize),
        proptest::collection::vec(1..8_u32, 0..3),
    );
    let fix = fix.prop_map(
        |((month, cve, kb, product), (severity, cvss_tenths, restart), replaces)| Fix {
            month,
            cve,
            kb,
            product,
            severity,
            cvss_tenths,
            restart,
            replaces,
        },
    );
    let cves = proptest::option::weighted(0.3, proptest::collection::btree_set(cve(), 0..4));
    let gaps = proptest::collection::btree_map(kb(), cves, 0..5);
    let gaps = gaps.prop_map(|gaps| {
        let gaps = gaps.into_iter().map(|(kb, cves)| MadeGap { kb, cves });
        gaps.collect()
    });
    (
        proptest::collection::btree_map(cve(), (1..31_u32, any::<bool>()), 1..5),
        proptest::collection::btree_map(cve(), 0..1001_u32, 1..6),
        proptest::collection::vec(fix, 1..10),
        proptest::collection::vec(gaps, 1..6),
    )
        .prop_map(|(kev, epss, fixes, machines)| World {
            kev,
            epss,
            fixes,
            machines,
        })
}

fn cve_id(number: Number) -> CveId {
    format!("CVE-2026-{number:05}").parse().unwrap()
}

impl World {
    /// The feeds as files, read by the product.
    fn feeds(&self) -> Feeds {
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        let mut kev = "cveID,dateAdded,dueDate,knownRansomwareCampaignUse\n".to_owned();
        for (cve, (day, ransomware)) in &self.kev {
            let ransomware = if *ransomware { "Known" } else { "Unknown" };
            kev.extend([format!(
                "{},2026-10-01,2026-11-{day:02},{ransomware}\n",
                cve_id(*cve)
            )]);
        }
        let mut epss = "#model_version:v1,score_date:2026-11-29\ncve,epss,percentile\n".to_owned();
        for (cve, thousandths) in &self.epss {
            let (whole, rest) = (thousandths / 1000, thousandths % 1000);
            epss.extend([format!("{},{whole}.{rest:03},0.5\n", cve_id(*cve))]);
        }
        let mut months = MsrcReader::default();
        for month in 0..2 {
            let text = self.month(month);
            if let Some(text) = text {
                months.read(text.as_bytes(), now).unwrap();
            }
        }
        Feeds::new(
            Some(Kev::read(kev.as_bytes(), now).unwrap()),
            Some(Epss::read(epss.as_bytes(), now).unwrap()),
            Some(months.finish()),
        )
    }

    fn month(&self, month: usize) -> Option<String> {
        let fixes = self.fixes.iter().filter(|it| it.month == month);
        let entries = fixes.map(|fix| {
            let replaces: Vec<String> = fix.replaces.iter().map(ToString::to_string).collect();
            format!(
                r#"{{"CVE":"{}","Threats":[{{"Type":3,"Description":{{"Value":"{}"}},"ProductID":["{}"]}}],
                "CVSSScoreSets":[{{"BaseScore":{}.{},"ProductID":["{}"]}}],
                "Remediations":[{{"Type":2,"Description":{{"Value":"{}"}},"Supercedence":"{}","RestartRequired":{{"Value":"{}"}},"ProductID":["{}"]}}]}}"#,
                cve_id(fix.cve),
                SEVERITIES[fix.severity],
                fix.product,
                fix.cvss_tenths / 10,
                fix.cvss_tenths % 10,
                fix.product,
                fix.kb,
                replaces.join(", "),
                RESTARTS[fix.restart],
                fix.product,
            )
        });
        let entries: Vec<String> = entries.collect();
        let released = RELEASED[month];
        (!entries.is_empty()).then(|| {
            format!(
                r#"{{"DocumentTracking":{{"InitialReleaseDate":"{released}T08:00:00","CurrentReleaseDate":"2026-11-24T08:00:00"}},"Vulnerability":[{}]}}"#,
                entries.join(",")
            )
        })
    }

    fn fleet(&self) -> Fleet {
        let outcomes = (0..).zip(&self.machines).map(|(number, gaps)| {
            let gaps = gaps.iter().map(|made| MissingKb {
                cves: made
                    .cves
                    .as_ref()
                    .map(|it| it.iter().map(|cve| cve_id(*cve)).collect()),
                ..gap(&made.kb.to_string(), 1)
            });
            answer(number, gaps.collect())
        });
        let list = inventory(u8::try_from(self.machines.len()).unwrap());
        let feeds = Arc::new(self.feeds());
        let mut aggregation = Aggregation::of(&list, STARTED_AT).with_feeds(&feeds);
        InMemory(outcomes.collect()).record_in(&mut aggregation);
        aggregation.finish(RankBy::Cve, Timestamp::MAX, None)
    }

    /// The CVEs that a gap leaves open; `None` if they are unknown.
    fn cves_of(&self, gap: &MadeGap) -> Option<BTreeSet<Number>> {
        if gap.cves.is_some() {
            return gap.cves.clone();
        }
        let of_kb = self.fixes.iter().filter(|fix| fix.kb == gap.kb);
        let cves: BTreeSet<Number> = of_kb.map(|fix| fix.cve).collect();
        (!cves.is_empty()).then_some(cves)
    }

    /// The CVEs that these gaps leave open together.
    fn cves_of_all<'gap>(
        &self,
        gaps: impl Iterator<Item = &'gap MadeGap>,
    ) -> Option<BTreeSet<Number>> {
        let known: Vec<BTreeSet<Number>> = gaps.filter_map(|gap| self.cves_of(gap)).collect();
        (!known.is_empty()).then(|| known.into_iter().flatten().collect())
    }

    fn gaps_of(&self, kb: Number) -> impl Iterator<Item = &MadeGap> {
        let gaps = self.machines.iter().flatten();
        gaps.filter(move |gap| gap.kb == kb)
    }

    /// The largest of these figures of a CVE in an update: in its products, or otherwise in any product.
    fn worst(&self, kb: Number, cve: Number, figure: fn(&Fix) -> u64) -> Option<u64> {
        let of_cve = || self.fixes.iter().filter(|fix| fix.cve == cve);
        let here = of_cve().filter(|fix| fix.kb == kb).map(figure).max();
        here.or_else(|| of_cve().map(figure).max())
    }

    /// All risk figures of a KB in one line.
    fn kb_line(&self, kb: Number) -> String {
        let cves = self.cves_of_all(self.gaps_of(kb));
        let fixes = || self.fixes.iter().filter(move |fix| fix.kb == kb);
        let known = |cves: &BTreeSet<Number>| -> Vec<(u32, bool)> {
            cves.iter()
                .filter_map(|cve| self.kev.get(cve).copied())
                .collect()
        };
        let of_cves = cves.as_ref().map(|cves| {
            let known = known(cves);
            let figure = |figure: fn(&Fix) -> u64| {
                cves.iter()
                    .filter_map(|cve| self.worst(kb, *cve, figure))
                    .max()
            };
            format!(
                "{} {} {} {:?} {:?} {:?} {:?}",
                cves.len(),
                known.len(),
                known.iter().filter(|it| it.1).count(),
                known.iter().map(|it| it.0).min(),
                cves.iter().filter_map(|cve| self.epss.get(cve)).max(),
                figure(|fix| fix.cvss_tenths),
                figure(|fix| fix.severity as u64),
            )
        });
        let supersedes: BTreeSet<Number> = fixes().flat_map(|it| it.replaces.clone()).collect();
        let supersedes: Vec<Number> = supersedes.into_iter().filter(|it| *it != kb).collect();
        let newer = self
            .fixes
            .iter()
            .filter(|it| it.replaces.contains(&kb) && it.kb != kb);
        let newer: BTreeSet<Number> = newer.map(|fix| fix.kb).collect();
        format!(
            "{of_cves:?} {:?} {supersedes:?} {newer:?} {:?}",
            fixes().map(|fix| fix.restart).max(),
            fixes().map(|fix| fix.month).min(),
        )
    }
}

/// The same line, from the figures of the product.
fn product_line(kb: &KbRow) -> String {
    let risk = &kb.risk;
    let numbers = |ids: &[KbId]| -> Vec<Number> {
        let numbers = ids.iter().map(|it| it.as_str().parse().unwrap());
        numbers.collect()
    };
    let place = |words: &[&str], word: &str| words.iter().position(|it| *it == word).unwrap();
    let of_cves = risk.distinct_cves.map(|cves| {
        format!(
            "{cves} {} {} {:?} {:?} {:?} {:?}",
            risk.known_exploited.unwrap(),
            risk.ransomware.unwrap(),
            risk.kev_due_date.map(Date::day),
            risk.epss_max.map(|it| it.billionths() / 1_000_000),
            risk.cvss_max_tenths,
            risk.severity.map(|it| place(&SEVERITIES, it.as_str())),
        )
    });
    let released = risk.released.map(|it| it.to_string());
    format!(
        "{of_cves:?} {:?} {:?} {:?} {:?}",
        risk.restart.map(|it| place(&RESTARTS, it.as_str())),
        numbers(&risk.supersedes),
        numbers(&risk.superseded_by)
            .into_iter()
            .collect::<BTreeSet<_>>(),
        released.map(|it| place(&RELEASED, &it)),
    )
}

proptest! {
    #[test]
    fn every_column_about_risk_is_computed_twice(world in world()) {
        let fleet = world.fleet();
        for kb in &fleet.kbs {
            let number = kb.id.as_str().parse().unwrap();
            prop_assert_eq!(product_line(kb), world.kb_line(number), "KB{}", number);
        }
        let is_known = |cve: &Number| world.kev.contains_key(cve);
        let mut exploited = (0_u64, BTreeSet::new(), BTreeSet::new(), 0_u64);
        for (at, gaps) in world.machines.iter().enumerate() {
            let id = machine(u8::try_from(at).unwrap());
            let row = fleet.machines.iter().find(|row| row.id == id).unwrap();
            let answered = row.result.as_ref().unwrap();
            // The months are there: a machine without gaps has no CVE.
            let nothing = gaps.is_empty().then(BTreeSet::new);
            let cves = world.cves_of_all(gaps.iter()).or(nothing);
            let known = cves.as_ref().map(|cves| cves.iter().filter(|it| is_known(it)).count());
            prop_assert_eq!(answered.distinct_cves(), cves.as_ref().map(|it| it.len() as u64));
            prop_assert_eq!(answered.known_exploited(), known.map(|it| it as u64));
            for gap in gaps {
                let cves = world.cves_of(gap).unwrap_or_default();
                let known: Vec<Number> = cves.into_iter().filter(is_known).collect();
                if !known.is_empty() {
                    exploited.0 += 1;
                    exploited.1.insert(gap.kb);
                    exploited.2.extend(known);
                }
            }
            exploited.3 += u64::from(known > Some(0));
        }
        let found = fleet.known_exploited.unwrap();
        prop_assert_eq!(
            (found.gaps, found.kbs, found.cves, found.machines),
            (exploited.0, exploited.1.len() as u64, exploited.2.len() as u64, exploited.3)
        );
    }
}
