//! A fleet of the requested size: its list, and the service's answers about its machines.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Value, json};

/// Gaps of all answers that differ; each answer is that of many machines. What they take is
/// no more than what the program itself does, or it would be counted as the program's.
const GAPS: u64 = 16_000;
/// Updates that the answers are made of, unless one has more.
const UPDATES: u64 = 300;

/// Machines, and how many KBs each of them misses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    pub(crate) machines: u64,
    pub(crate) gaps: u64,
    /// Whether they differ as those of a real fleet do: some miss nothing and some twice as many,
    /// of different products; and the list says more.
    pub(crate) is_varied: bool,
}

/// Products as the service names them.
const PRODUCTS: [&str; 12] = [
    "windows_server_2022",
    "windows_server_2019",
    "windows_server_2016",
    "windows_11",
    "windows_10",
    "dotnet_framework",
    "sql_server_2019",
    "sharepoint_server_2019",
    "exchange_server_2019",
    "office",
    "edge",
    "visual_studio_2022",
];

const SITES: [&str; 6] = ["LON", "NYC", "ZRH", "SIN", "SYD", "SAO"];

impl Fleet {
    /// The fleet's list as CSV, as large as the portal's are.
    pub(crate) fn write_list(self, path: &Path) -> io::Result<()> {
        let mut list = BufWriter::new(File::create(path)?);
        if self.is_varied {
            return self.write_varied(list);
        }
        writeln!(list, "DeviceName,machineId,osPlatform,osVersion,site")?;
        for number in 0..self.machines {
            let id = machine_id(number);
            writeln!(list, "SRV-LON-{number:07},{id},WindowsServer2022,21H2,LON")?;
        }
        list.flush()
    }

    fn write_varied(self, mut list: impl Write) -> io::Result<()> {
        writeln!(list, "DeviceName,machineId,osPlatform,osVersion,site,owner")?;
        for (number, site) in (0..self.machines).zip(SITES.iter().cycle()) {
            let id = machine_id(number);
            let (team, version) = (number % 37, 19 + number % 4);
            writeln!(
                list,
                "SRV-{site}-{number:07},{id},WindowsServer2022,{version}H2,{site},team-{team:02}"
            )?;
        }
        list.flush()
    }

    /// Every answer that there is.
    pub(crate) fn answers(self) -> Vec<Vec<u8>> {
        let updates = self.gaps.max(UPDATES);
        let answers = (0..=GAPS / self.gaps.max(1)).map(|answer| {
            let updates_missed =
                (0..self.missed(answer)).map(|gap| (answer * 7 + gap * 37) % updates);
            let items = updates_missed.map(|update| item(answer, update, self.is_varied));
            let items: Vec<Value> = items.collect();
            let context = "https://api.security.microsoft.com/api/$metadata\
                           #Collection(microsoft.windowsDefenderATP.api.PublicProductFixDto)";
            json!({"@odata.context": context, "value": items}).to_string()
        });
        answers.map(String::into_bytes).collect()
    }

    /// Gaps of an answer: as many as there are on average, or any number up to twice as many.
    fn missed(self, answer: u64) -> u64 {
        if self.is_varied {
            answer * 17 % (2 * self.gaps + 1)
        } else {
            self.gaps
        }
    }

    /// Which of this number of answers belongs to the machine in a call's path.
    pub(crate) fn answer_of(path: &str, answers: usize) -> usize {
        let id = path.split('/').nth(3).and_then(|id| id.get(..8));
        let id = id.and_then(|id| usize::from_str_radix(id, 16).ok());
        id.unwrap_or_default() % answers
    }
}

/// An id like any other: the number, stirred.
pub(crate) fn machine_id(number: u64) -> String {
    let stir = |seed: u64| {
        let mut state = number
            .wrapping_add(seed)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    };
    format!("{:016x}{:016x}{:08x}", stir(1), stir(2), stir(3) >> 32)
}

fn item(answer: u64, update: u64, is_varied: bool) -> Value {
    let (month, id) = (update % 12 + 1, 5_000_000 + update * 131);
    json!({
        "id": id.to_string(),
        "name": format!("2026-{month:02} Security Updates"),
        "osBuild": 20348 + answer % 5,
        "productsNames": products(update, is_varied),
        "url": format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{id}"),
        "machineMissedOn": 1,
        "cveAddressed": update % 90 + answer % 8,
    })
}

fn products(update: u64, is_varied: bool) -> Vec<&'static str> {
    if !is_varied {
        return vec!["windows_server_2022", "dotnet_framework"];
    }
    let products = PRODUCTS.iter().zip(0..);
    let patched = products.filter(|(_, place)| (update * 5 + place * 7) % 12 < 1 + update % 4);
    patched.map(|(product, _)| *product).collect()
}
