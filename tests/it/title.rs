//! `--title`: the name of the tenant in the headlines.

use std::{
    fs::{self, File},
    io::BufReader,
};

use calamine::{Reader, Xlsx};

use crate::common::{Finished, Scene};

/// The headlines of page, workbook and Markdown.
fn headlines(scene: &Scene, run: &Finished) -> [String; 3] {
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    let (_, page) = page.split_once("<h1>").unwrap();
    let (page, _) = page.split_once("</h1>").unwrap();
    let page = page.replace("<bdi>", "").replace("</bdi>", "");
    let file = BufReader::new(File::open(scene.path("reports/report.xlsx")).unwrap());
    let mut workbook = Xlsx::new(file).unwrap();
    let summary = workbook.worksheet_range("Summary").unwrap();
    let summary = summary.get_value((0, 0)).unwrap().to_string();
    let markdown = fs::read_to_string(scene.path("step.md")).unwrap();
    let markdown = markdown.lines().find(|line| line.starts_with("## "));
    let markdown = markdown.unwrap().trim_start_matches("## ");
    fs::remove_file(scene.path("step.md")).unwrap();
    [page, summary, markdown.to_owned()]
}

/// A report with its step summary, and with these arguments and variables.
fn report(scene: &Scene, arguments: &[&str], title: Option<&str>) -> Finished {
    let mut command = scene.command(&[&["report", "machines.csv"], arguments].concat());
    command.env("GITHUB_STEP_SUMMARY", scene.path("step.md"));
    command.envs(title.map(|title| ("PATCHGAP_TITLE", title)));
    scene.finish(&mut command)
}

#[test]
fn title_is_in_the_headline_of_page_workbook_and_markdown() {
    let scene = Scene::with_machines(3);
    let tenant = scene.tenant.tenant_id().to_owned();
    let shown = |arguments: &[&str], title| {
        let run = report(&scene, arguments, title).exits_with(0);
        assert_eq!(run.summary()["tenantId"], tenant.as_str());
        headlines(&scene, &run)
    };
    let all = |expected: &str, headlines: [String; 3]| {
        for headline in headlines {
            let start = format!("Missing updates ({expected})");
            assert!(headline.starts_with(&start), "{headline} / {expected}");
        }
    };
    let [page, summary, _] = shown(&[], None);
    let shortened = format!("Missing updates (tenant {}...)", &tenant[..8]);
    assert_eq!([page, summary], [shortened.clone(), shortened]);
    all(
        "Contoso",
        shown(&["--title", " Contoso "], Some("Fabrikam")),
    );
    all("Fabrikam", shown(&[], Some("Fabrikam")));
    scene.write("patchgap.toml", "title = 'Northwind'\n");
    all("Northwind", shown(&["--offline"], None));
}

#[test]
fn title_with_a_control_character_is_refused() {
    let scene = Scene::with_machines(2);
    for (arguments, title) in [(&["--title", "a\tb"][..], None), (&[], Some("a\u{7}b"))] {
        let run = report(&scene, arguments, title).exits_with(3);
        run.complains("contains a control character");
    }
    scene.assert_no_requests();
}
