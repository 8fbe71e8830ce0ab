//! Endless replies use a bounded amount of memory, however many arrive concurrently, and do not
//! keep large valid answers from arriving.

use std::{
    io::{self, Write},
    net::TcpStream,
    process::Stdio,
};

use patchgap::domain::machine::MachineId;
use wait4::Wait4;

use crate::common::{Finished, Gateway, Scene, write_reply};

/// The maximum resident memory in bytes.
const MOST: u64 = 512 << 20;

/// The reply for a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// A valid answer of a few megabytes.
    Large,
    /// An endless body.
    Endless,
    /// An endless body, decompressed from a few bytes.
    Bomb,
    /// Two million empty items.
    Items,
    /// Distinct KBs with long names: the limit admits those of one machine.
    Distinct,
}

/// The number of machines with each reply.
const MACHINES: [(Size, usize); 5] = [
    (Size::Endless, 12),
    (Size::Large, 8),
    (Size::Items, 2),
    (Size::Bomb, 1),
    (Size::Distinct, 2),
];

fn answer(machine: &str, size: Size, stream: &mut TcpStream) -> io::Result<()> {
    let json = "Content-Type: application/json\r\n";
    match size {
        Size::Large => {
            let padding = "x".repeat(3 << 20);
            let item = r#"{"id":"5058584","cveAddressed":10}"#;
            let body = format!(r#"{{"@padding":"{padding}","value":[{item}]}}"#);
            write_reply(stream, 200, json, body.as_bytes())
        }
        Size::Endless => {
            // Without a length, the body ends with the connection.
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{json}\r\n{{\"value\":[{{\"name\":\""
            )?;
            let more = vec![b'a'; 1 << 16];
            loop {
                stream.write_all(&more)?;
            }
        }
        Size::Bomb => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{json}Content-Encoding: gzip\r\n\r\n"
            )?;
            let (beginning, more) = bomb();
            stream.write_all(&beginning)?;
            loop {
                stream.write_all(&more)?;
            }
        }
        Size::Items => {
            let body = format!(r#"{{"value":[{}{{}}]}}"#, "{},".repeat(2_000_000));
            write_reply(stream, 200, json, body.as_bytes())
        }
        Size::Distinct => {
            let name = "n".repeat(20_000);
            let kb = |number| format!(r#"{{"id":"{}{number}","name":"{name}"}}"#, &machine[..8]);
            let kbs: Vec<String> = (0..600).map(kb).collect();
            let body = format!(r#"{{"value":[{}]}}"#, kbs.join(","));
            write_reply(stream, 200, json, body.as_bytes())
        }
    }
}

/// The start of an endless gzip stream, and the part to repeat: thirteen bytes expand to two
/// thousand.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut beginning = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    // A non-final block with fixed codes: `a` and the end code; then an empty stored block as padding.
    let mut bits: Vec<bool> = vec![false, true, false];
    bits.extend(code(0x30 + u16::from(b'a'), 8));
    bits.extend(code(0, 7));
    bits.extend([false, false, false]);
    bits.resize(bits.len().next_multiple_of(8), false);
    beginning.extend(bytes(&bits));
    beginning.extend([0, 0, 0xFF, 0xFF]);
    // A block with fixed codes that repeats the last byte 258 times, again and again.
    let mut bits = vec![false, true, false];
    for _ in 0..800 {
        bits.extend(code(0b1100_0101, 8));
        bits.extend(code(0, 5));
    }
    bits.extend(code(0, 7));
    bits.extend([false, false, false]);
    bits.resize(bits.len().next_multiple_of(8), false);
    let mut more = bytes(&bits);
    more.extend([0, 0, 0xFF, 0xFF]);
    (beginning, more.repeat(50))
}

/// The bits of a Huffman code, most significant first.
fn code(code: u16, length: u32) -> impl Iterator<Item = bool> {
    (0..length).rev().map(move |bit| code >> bit & 1 == 1)
}

/// Bits packed into bytes, least significant first.
fn bytes(bits: &[bool]) -> Vec<u8> {
    let byte = |bits: &[bool]| {
        let set = (0..).zip(bits).filter(|(_, bit)| **bit);
        set.fold(0, |byte, (place, _)| byte | 1 << place)
    };
    bits.chunks(8).map(byte).collect()
}

/// What a process seems to have needed that needs little: Linux counts what its parent had until it
/// started, and this one may have had more than the bound with all tests in one process.
fn inherited(scene: &Scene) -> u64 {
    let mut command = scene.command(&["--version"]);
    let used = command.stdout(Stdio::null()).spawn().unwrap().wait4();
    used.unwrap().rusage.maxrss
}

#[test]
fn endless_replies_keep_memory_bounded_and_other_answers_arrive() {
    let sizes = MACHINES
        .into_iter()
        .flat_map(|(size, many)| vec![size; many]);
    let scene = Scene::with_machines(sizes.clone().count());
    let machines = scene.tenant.fleet().machines();
    let sizes: Vec<(MachineId, Size)> = machines
        .iter()
        .map(|machine| machine.id)
        .zip(sizes)
        .collect();
    let asked = sizes.clone();
    let gateway = Gateway::serve(move |machine, stream| {
        let (_, size) = asked
            .iter()
            .find(|(id, _)| id.to_string() == machine)
            .unwrap();
        answer(machine, *size, stream)
    });
    let (run, peak) = {
        let arguments = [
            "--concurrency",
            "64",
            "--retries",
            "0",
            "--format",
            "csv,json",
        ];
        let mut command = scene.command(&[&["report", "machines.csv"][..], &arguments].concat());
        gateway.gets(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let used = command.spawn().unwrap().wait4().unwrap();
        let output = std::process::Output {
            status: used.status,
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        (
            Finished::new(output, scene.path("reports")),
            used.rusage.maxrss,
        )
    };
    let run = run.exits_with(5);
    let most = MOST.max(inherited(&scene));
    assert!(peak <= most, "{} of {} MB", peak >> 20, most >> 20);
    assert_eq!(run.counts().answered, 8 + 1);
    let too_many = run.rows("failures.csv");
    let too_many = too_many
        .iter()
        .filter(|row| row["message"].contains("more different KBs"));
    assert_eq!(too_many.count(), 1);
    for (machine, size) in sizes {
        let expected = match size {
            Size::Large | Size::Distinct => continue,
            Size::Endless | Size::Bomb => "larger than 48 MiB",
            Size::Items => "longer than any machine's",
        };
        let row = run.row("failures.csv", machine);
        assert!(row["message"].contains(expected), "{size:?}: {row:?}");
    }
}
