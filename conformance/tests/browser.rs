//! The HTML report in a browser: it loads, its filters work, no script fails.
//!
//! Looks for Chromium in `CONCLAVE_CHROMIUM` and on the path, and installs nothing. Without one the
//! test says so and passes, unless `CONCLAVE_REQUIRE_CHROMIUM=1`.

mod common;

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use common::{conclave, ended};

/// A browser on a busy machine.
const WITHIN: Duration = Duration::from_secs(240);

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CONCLAVE_CHROMIUM").filter(|it| !it.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&folders).flat_map(|it| NAMES.map(|name| it.join(name)));
    found.find(|program| program.is_file())
}

/// The page as it is once its script has run, opened with this fragment.
fn opened(browser: &Path, page: &Path, fragment: &str, profile: &Path) -> String {
    let mut url = OsString::from("file://");
    url.push(page);
    url.push(fragment);
    let mut command = Command::new(browser);
    command.args(["--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]);
    // Continuous integration runs as root, where there is no sandbox to have.
    command.args(["--no-sandbox", "--virtual-time-budget=20000", "--dump-dom"]);
    let mut data = OsString::from("--user-data-dir=");
    data.push(profile);
    command.arg(data).arg(url);
    let said = ended(&mut command, WITHIN);
    assert_eq!(said.code, Some(0), "{said:#?}");
    said.stdout
}

/// The rows that are filtered: the opening tag and the text up to the end of the line.
fn rows(dom: &str) -> Vec<&str> {
    dom.lines().filter(|line| line.contains("data-verdict=\"")).collect()
}

fn is_hidden(row: &str) -> bool {
    row.split('>').next().is_some_and(|tag| tag.contains(" hidden"))
}

fn assert_no_error(dom: &str) {
    assert!(dom.contains("data-ready=\"yes\""), "the script ran to its end");
    let error = dom.split("id=\"error\"").nth(1).expect("a place for errors");
    let (tag, rest) = error.split_once('>').expect("its tag ends");
    assert!(tag.contains("hidden") && rest.starts_with("</p>"), "{}", &error[..200]);
}

#[test]
fn the_page_loads_and_its_filters_work() {
    let Some(browser) = chromium() else {
        assert_ne!(env::var("CONCLAVE_REQUIRE_CHROMIUM").as_deref(), Ok("1"), "no chromium");
        println!("not run: no chromium");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder for the report");
    let path = |name: &str| folder.path().join(name);
    let (result, page) = (path("result.json"), path("report.html"));
    let in_utf8 = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
    let adapter = format!("'{}' adapter --without ROT-02", env!("CARGO_BIN_EXE_conclave"));
    let check = ["check", "--adapter-cmd", &adapter, "--profile", "zoom-3.0", "--only", "rotation"];
    conclave(&[&check[..], &["--result", &in_utf8(&result)]].concat(), WITHIN).assert(1, &[]);
    conclave(&["report", "html", &in_utf8(&result), "-o", &in_utf8(&page)], WITHIN).assert(0, &[]);

    let all = opened(&browser, &page, "", &path("profile"));
    assert_no_error(&all);
    assert!(rows(&all).len() > 100, "{}", rows(&all).len());
    assert!(rows(&all).iter().all(|row| !is_hidden(row)), "nothing is filtered at first");

    let filtered = "#area=rotation&verdict=fail&text=rot-02";
    let some = opened(&browser, &page, filtered, &path("profile"));
    assert_no_error(&some);
    let shown: Vec<_> = rows(&some).into_iter().filter(|row| !is_hidden(row)).collect();
    assert!(shown.len() > 1 && shown.len() < rows(&some).len() / 4, "{shown:#?}");
    for row in &shown {
        assert!(row.contains("data-area=\"rotation\"") && row.contains("fail"), "{row}");
    }
    assert!(some.contains("shown that are no pass"));

    let none = opened(&browser, &page, "#text=nobody+says+this", &path("profile"));
    assert_no_error(&none);
    assert!(rows(&none).iter().all(|row| is_hidden(row)));
    assert!(none.contains(">0 of "), "it counts what is shown");
}
