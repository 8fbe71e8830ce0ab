//! Random inputs, composed of pieces that get past the first checks.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{inventory, refusal, reply, software};

const FILE: &[&[u8]] = &[
    b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    b"\n2339ad14a01bd0299afb93dfa2550136057bff96\n",
    b"machineId",
    b"Device ID",
    b"Name",
    b"rank",
    b"SHA1",
    b"[\"",
    b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)",
    b"aaaaaaaaaaaaaaaaaaaa",
    b"#TYPE A.B\n",
    b"\nmachineId,Name\n",
    "\u{200b}".as_bytes(),
    "\u{202a}".as_bytes(),
    b"sep=;\n",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"\"\"",
    b" ",
    b"'",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xE9",
    "é".as_bytes(),
];

const VALUES: &[&str] = &[
    "null",
    "\"\"",
    "\" \"",
    "\"4540673\"",
    "\"KB4540673\"",
    "\"kb 1\"",
    "4540673",
    "1",
    "-1",
    "97.0",
    "1.5",
    "1e300",
    "\"22631.4037\"",
    "\"=1+1\\n\\u001b[31m\"",
    "[\"edge\",null,\"\",\"edge\",\"dotnet\"]",
    "[]",
];

/// Values that are not valid as an update.
const BROKEN: &[&str] = &["{}", "[[]]", "true", "\"", "nul", "\"\\ud800\"", "}"];

const FIELDS: &[&str] = &[
    "id",
    "id",
    "name",
    "productsNames",
    "url",
    "machineMissedOn",
    "cveAddressed",
    "osBuild",
    "extra",
];

/// Values in the rows of the software inventory.
const SOFTWARE_VALUES: &[&str] = &[
    "null",
    "\"\"",
    "\"microsoft\"",
    "\" Microsoft \"",
    "\"google\"",
    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    "\"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\"",
    "\"windows_11\"",
    "\"windows_server_2022\"",
    "\"edge\"",
    "\"10.0.26100.4291\"",
    "\"10.0.9.1\"",
    "\"EOS Version\"",
    "\"2021-05-11T00:00:00+00:00\"",
    "\"\\u001b[31m\"",
    "16",
    "1.5",
    "true",
    "[]",
    "{\"a\":[1]}",
];

const SOFTWARE_FIELDS: &[&str] = &[
    "DeviceId",
    "deviceId",
    "OSPlatform",
    "SoftwareVendor",
    "SoftwareName",
    "SoftwareVersion",
    "EndOfSupportStatus",
    "EndOfSupportDate",
    "DiskPaths",
];

const STATUS: &[&str] = &[
    "302", "400", "401", "403", "404", "407", "408", "418", "429", "500", "503", "oops",
];

const WAITS: &[&str] = &[
    "17",
    " 0 ",
    "1.5",
    "-5",
    "99999999",
    "1e300",
    "NaN",
    "soon",
    "Mon, 23 Nov 2026 12:00:40 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "\u{e9}",
];

const WORDS: &[&str] = &[
    "null",
    "429",
    "\"\"",
    "\"Forbidden\"",
    "\"No Tvm license\"",
    "\"AADSTS7000215: no. Trace ID: 1 Correlation ID: 2\"",
    "\"Bearer {secret}\"",
    "\"a\\r\\n\\u001b[31mb\"",
    "{\"code\":\"a\",\"message\":\"{secret}\"}",
    "[7000215]",
];

const KEYS: &[&str] = &[
    "error",
    "error",
    "code",
    "message",
    "target",
    "error_description",
    "error_codes",
    "correlation_id",
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let random = vec(any::<u8>(), 0..4);
    let piece = prop_oneof![9 => select(FILE).prop_map(<[u8]>::to_vec), 1 => random];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// An object with these fields, each once.
fn object(
    fields: &'static [&str],
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let field = (select(fields), value);
    vec(field, 0..5).prop_map(|mut fields| {
        fields.sort_by_key(|&(name, _)| name);
        fields.dedup_by_key(|&mut (name, _)| name);
        let fields = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    })
}

fn update() -> impl Strategy<Value = String> {
    let value = prop_oneof![30 => select(VALUES), 1 => select(BROKEN)];
    object(FIELDS, value.prop_map(str::to_owned))
}

fn answer() -> impl Strategy<Value = String> {
    let rest = select(vec![
        "}",
        ",\"@odata.nextLink\":\"/next\"}",
        ",\"@odata.nextLink\":null,\"error\":null}",
        ",\"error\":{}}",
        "",
    ]);
    (vec(update(), 0..8), rest)
        .prop_map(|(updates, rest)| format!("{{\"value\":[{}]{rest}", updates.join(",")))
}

/// Texts of a refusal, some so long that they are truncated near a secret.
fn words() -> impl Strategy<Value = String> {
    let cut = select(vec![0_usize, 80, 200, 600, 2000]);
    let long = (cut, 0..30_usize)
        .prop_map(|(cut, room)| format!("\"{}{{secret}}\"", "x".repeat(cut.saturating_sub(room))));
    prop_oneof![3 => select(WORDS).prop_map(str::to_owned), 1 => long]
}

/// Rows of the software inventory, most of them readable, one a line.
fn software_lines() -> impl Strategy<Value = String> {
    let ids = ["a", "b"].map(|letter| format!("\"{}\"", letter.repeat(40)));
    let row = (
        select(ids.to_vec()),
        object(
            SOFTWARE_FIELDS,
            select(SOFTWARE_VALUES).prop_map(str::to_owned),
        ),
    );
    let readable = row.prop_map(|(id, rest)| {
        let start = format!(
            "{{\"softwareVendor\":\"microsoft\",\"softwareName\":\"edge\",\"deviceId\":{id},"
        );
        rest.replacen('{', &start, 1).replace(",}", "}")
    });
    let broken = select(BROKEN).prop_map(str::to_owned);
    let line = prop_oneof![6 => readable, 1 => broken];
    vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

fn refused() -> impl Strategy<Value = String> {
    let body = prop_oneof![
        3 => object(KEYS, words()).prop_map(|fields| format!("{{\"error\":{fields}}}")),
        3 => object(KEYS, words()),
        1 => select(vec!["", "<html>", "{}"]).prop_map(str::to_owned),
    ];
    let head = (select(STATUS), select(WAITS), select(WAITS));
    (head, body).prop_map(|((status, wait, date), body)| {
        format!("HTTP/1.1 {status}\nRetry-After: {wait}\nDate: {date}\n\n{body}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_pass_the_checks(bytes in vec(any::<u8>(), 0..400)) {
        inventory::check(&bytes);
        reply::check(&bytes);
        refusal::check(&bytes);
        software::check(&bytes);
    }

    #[test]
    fn random_inventories_pass_the_checks(bytes in pieces()) {
        inventory::check(&bytes);
    }

    #[test]
    fn random_answers_pass_the_checks(body in answer()) {
        reply::check(body.as_bytes());
    }

    #[test]
    fn random_software_passes_the_checks(lines in software_lines()) {
        software::check(lines.as_bytes());
    }

    #[test]
    fn random_refusals_pass_the_checks(reply in refused()) {
        refusal::check(reply.as_bytes());
    }
}
