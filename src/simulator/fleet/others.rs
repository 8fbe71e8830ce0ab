//! Software for which the tenant has no updates, although some of it is Microsoft's and changes every week.

use crate::simulator::chance::chance;

/// Versions of software before the first night, so that machines can lag behind.
const VERSIONS_BEFORE: u32 = 100;

/// A product that does not get updates by KB.
pub(in crate::simulator) struct Other {
    pub(in crate::simulator) vendor: &'static str,
    pub(in crate::simulator) name: &'static str,
    /// The constant part of its version.
    pub(in crate::simulator) major: &'static str,
    /// Nights from one version to the next.
    pub(in crate::simulator) every: u32,
    /// The number of machines per hundred that have it; 0 if it is not software for Windows.
    pub(in crate::simulator) share: u32,
    /// Whether the service knows that it no longer gets updates.
    pub(in crate::simulator) ended: bool,
}

/// A product on a machine.
pub(in crate::simulator) struct OtherHere {
    pub(in crate::simulator) other: &'static Other,
    /// Its index among all products.
    pub(in crate::simulator) place: usize,
    /// The number of its version.
    pub(in crate::simulator) number: u32,
    pub(in crate::simulator) version: String,
    /// The number of versions that it is behind.
    pub(in crate::simulator) lag: u32,
}

impl OtherHere {
    /// The number of its CVEs.
    pub(in crate::simulator) fn weaknesses(&self) -> usize {
        3 * usize::try_from(self.lag).unwrap_or_default()
    }
}

/// The products on a machine. Which products these are, and how late the machine updates each, stays the same
/// from night to night.
pub(in crate::simulator) fn others_on(
    seed: u64,
    nights: u32,
    machine: &str,
) -> impl Iterator<Item = OtherHere> {
    let mut random = chance(seed, "software", machine, 0);
    OTHERS.iter().enumerate().filter_map(move |(place, other)| {
        let here = random.u32(..100) < other.share;
        let lag = random.u32(..3) * random.u32(..2);
        let number = VERSIONS_BEFORE + nights / other.every - lag;
        here.then(|| OtherHere {
            other,
            place,
            number,
            version: format!("{}.{number}.{}", other.major, 10 + lag),
            lag,
        })
    })
}

/// Software that is supported.
const fn other(names: [&'static str; 3], every: u32, share: u32) -> Other {
    Other {
        vendor: names[0],
        name: names[1],
        major: names[2],
        every,
        share,
        ended: false,
    }
}

/// Every such product.
pub(in crate::simulator) const OTHERS: [Other; 98] = [
    // Microsoft's own: they update themselves, and never with a KB.
    other(["microsoft", "teams", "25163"], 7, 90),
    other(["microsoft", "onedrive", "25.095"], 7, 92),
    other(["microsoft", "visual_studio_code", "1"], 7, 30),
    other(["microsoft", "defender_for_endpoint", "10.8800"], 10, 100),
    other(["microsoft", "intune_management_extension", "1.92"], 14, 95),
    other(["microsoft", "visual_c++_2013", "12.0"], 900, 88),
    other(["microsoft", "visual_c++_2022", "14.44"], 90, 97),
    other(["microsoft", "windows_terminal", "1.22"], 30, 60),
    other(["microsoft", "power_bi_desktop", "2.143"], 30, 20),
    other(["microsoft", "azure_cli", "2.74"], 21, 12),
    other(["microsoft", "odbc_driver_17", "17.10"], 400, 55),
    other(["microsoft", "silverlight", "5.1"], 900, 3),
    // Products of other vendors.
    other(["7-zip", "7-zip", "24"], 60, 85),
    other(["adobe", "acrobat_distiller", "25.1"], 90, 45),
    other(["adobe", "acrobat_reader_dc", "25.001"], 14, 88),
    other(["adobe", "creative_cloud", "6.6"], 21, 22),
    Other {
        ended: true,
        ..other(["adobe", "flash_player", "32.0"], 900, 4)
    },
    other(["amd", "chipset_driver", "7.06"], 90, 35),
    other(["anydesk", "anydesk", "9.0"], 45, 18),
    other(["apache", "tomcat", "10.1"], 45, 9),
    other(["apple", "itunes", "12.13"], 90, 15),
    other(["apple", "macos", "15"], 60, 0),
    other(["atlassian", "sourcetree", "3.4"], 90, 12),
    other(["audacity", "audacity", "3.7"], 90, 25),
    other(["autodesk", "autocad", "2026"], 120, 12),
    other(["bitwarden", "bitwarden", "2025.6"], 30, 40),
    other(["broadcom", "wireless_driver", "7.77"], 120, 55),
    other(["canonical", "ubuntu_linux", "24"], 60, 0),
    other(["cisco", "secure_client", "5.1"], 60, 93),
    other(["cisco", "umbrella_roaming_client", "3.0"], 90, 70),
    other(["cisco", "webex", "45"], 21, 70),
    other(["citrix", "workspace", "25.3"], 60, 84),
    other(["conexant", "conexant_audio_driver", "9.0"], 180, 40),
    other(["corel", "winzip", "76"], 120, 14),
    other(["dell", "command_update", "5.5"], 90, 75),
    other(["dell", "supportassist", "4.8"], 60, 72),
    other(["docker", "desktop", "4"], 21, 11),
    other(["drawio", "drawio_desktop", "27.0"], 45, 45),
    other(["dropbox", "dropbox", "225"], 14, 24),
    other(["dymo", "label_software", "8.7"], 300, 30),
    other(["elan", "elan_touchpad_driver", "24.21"], 180, 50),
    other(["epson", "epson_print_driver", "3.01"], 180, 60),
    other(["filezilla", "client", "3.69"], 45, 35),
    other(["foxit", "pdf_editor", "2025.1"], 60, 20),
    other(["gimp", "gimp", "3.0"], 90, 30),
    other(["git-scm", "git", "2"], 60, 40),
    other(["google", "chrome", "138.0"], 7, 96),
    other(["google", "drive", "110.0"], 14, 48),
    other(["hp", "support_assistant", "9.44"], 60, 30),
    other(["hp", "universal_print_driver", "7.4"], 120, 90),
    other(["igor_pavlov", "7-zip_extra", "24"], 60, 15),
    other(["inkscape", "inkscape", "1.4"], 90, 40),
    other(["intel", "bluetooth_driver", "23.140"], 60, 88),
    other(["intel", "driver_support_assistant", "25.3"], 60, 86),
    other(["intel", "graphics_driver", "32.0"], 45, 91),
    other(["intel", "management_engine", "2517.8"], 90, 93),
    other(["intel", "network_driver", "30.2"], 60, 92),
    other(["intel", "rapid_storage", "20.2"], 90, 85),
    other(["irfanview", "irfanview", "4.72"], 120, 60),
    other(["jabra", "direct", "6.22"], 30, 72),
    other(["jetbrains", "intellij_idea", "2025.1"], 45, 12),
    other(["keepass", "keepass", "2"], 90, 66),
    other(["lenovo", "system_update", "5.08"], 90, 40),
    other(["lexmark", "lexmark_print_driver", "3.0"], 300, 45),
    other(["libreoffice", "libreoffice", "25.2"], 45, 60),
    other(["logitech", "options_plus", "1.93"], 30, 70),
    other(["mozilla", "firefox", "140.0"], 14, 87),
    other(["mozilla", "thunderbird", "140"], 28, 30),
    other(["nmap", "npcap", "1.83"], 120, 50),
    other(["notepad-plus-plus", "notepad++", "8"], 30, 89),
    other(["nvidia", "display_driver", "576"], 30, 52),
    other(["obs", "obs_studio", "31.0"], 60, 22),
    other(["oracle", "jdk", "21.0"], 90, 45),
    other(["oracle", "virtualbox", "7.1"], 60, 16),
    other(["paint.net", "paint.net", "5.1"], 60, 48),
    other(["poly", "lens", "1.42"], 45, 55),
    other(["postman", "postman", "11"], 14, 30),
    other(["putty", "putty", "0"], 180, 68),
    other(["python", "python", "3.13"], 60, 55),
    other(["realtek", "realtek_audio_driver", "6.0"], 90, 90),
    other(["realtek", "card_reader_driver", "10.0"], 180, 75),
    other(["realtek", "ethernet_driver", "11.22"], 90, 85),
    other(["ringcentral", "ringcentral", "25.2"], 30, 25),
    other(["sap", "gui", "8.00"], 90, 55),
    other(["slack", "slack", "4"], 14, 45),
    other(["snagit", "snagit", "25.1"], 60, 30),
    other(["synaptics", "synaptics_touchpad_driver", "19.5"], 180, 55),
    other(["teamviewer", "teamviewer", "15"], 30, 66),
    other(["tightvnc", "tightvnc", "2.8"], 300, 20),
    other(["trimble", "sketchup", "25.0"], 90, 12),
    other(["videolan", "vlc_media_player", "3.0"], 90, 88),
    other(["vmware", "tools", "13.0"], 90, 62),
    other(["winmerge", "winmerge", "2.16"], 90, 52),
    other(["winscp", "winscp", "6.5"], 60, 58),
    other(["wireshark", "wireshark", "4.4"], 45, 34),
    other(["xerox", "xerox_print_driver", "5.1"], 180, 50),
    other(["zoom", "meetings", "6"], 14, 90),
    other(["zscaler", "client_connector", "4.6"], 45, 60),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_machine_has_some_fifty_of_them_and_most_are_not_microsofts() {
        let names: HashSet<_> = OTHERS.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), OTHERS.len());
        let expected = |own: bool| {
            let all = OTHERS.iter().filter(|it| (it.vendor == "microsoft") == own);
            all.map(|it| it.share).sum::<u32>() / 100
        };
        assert!((5..9).contains(&expected(true)), "{}", expected(true));
        assert!((40..50).contains(&expected(false)), "{}", expected(false));
    }
}
