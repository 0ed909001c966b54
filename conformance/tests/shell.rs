//! What `conclave` tells shells and `man` about itself.

mod common;

use std::{fs, process::Command, time::Duration};

use common::{conclave, ended};

const WITHIN: Duration = Duration::from_secs(60);

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = conclave(&["--help"], WITHIN).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 20 && names.contains(&"check"), "{help}");
    names.into_iter().filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_gets_every_command_and_the_same_each_time() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = conclave(&["completions", shell], WITHIN);
        said.assert(0, &["adapter-cmd", "shard"]);
        for command in commands() {
            assert!(said.stdout.contains(&command), "{shell}: {command}");
        }
        assert_eq!(conclave(&["completions", shell], WITHIN).stdout, said.stdout, "{shell}");
    }
    conclave(&["completions", "dos"], WITHIN).assert(4, &["dos", "possible values", "bash"]);
}

/// In a real shell: the beginning of a command becomes the command, and its options are offered.
#[test]
fn bash_completes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("conclave.bash");
    fs::write(&file, conclave(&["completions", "bash"], WITHIN).stdout).expect("a file");
    let complete = |words: &[&str]| {
        let script = format!(
            "source '{}'; COMP_WORDS=({}); COMP_CWORD={}; _conclave conclave '{}' ''; \
             echo \"${{COMPREPLY[*]}}\"",
            file.display(),
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
        );
        let ended = ended(Command::new("bash").args(["-c", &script]), WITHIN);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["conclave", "vec"]), ["vectors"]);
    let options = complete(&["conclave", "check", "--s"]);
    assert!(options.iter().any(|it| it == "--shard"), "{options:?}");
    let actions = complete(&["conclave", "report", "s"]);
    assert_eq!(actions, ["sarif"]);
}

#[test]
fn the_manual_names_every_command_and_exit_code() {
    let page = conclave(&["man"], WITHIN);
    page.assert(0, &[".TH conclave 1", ".SH NAME", ".SH SYNOPSIS", "Exit codes: 0 conformant"]);
    for command in commands() {
        let name = format!("conclave\\-{}(1)", command.replace('-', "\\-"));
        assert!(page.stdout.contains(&name), "{name}: {}", page.stdout);
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("man1");
    let shown = path.to_str().expect("a path in UTF-8");
    conclave(&["man", "--out", shown], WITHIN).assert(0, &[]);
    for command in commands() {
        let page = fs::read_to_string(path.join(format!("conclave-{command}.1")));
        assert!(page.is_ok_and(|it| it.contains(".SH SYNOPSIS")), "{command}");
    }
    let check = fs::read_to_string(path.join("conclave-check.1")).expect("a page");
    assert!(check.contains("adapter\\-cmd"), "{check}");
    let file = folder.path().join("a-file");
    fs::write(&file, "").expect("a file");
    let below = file.join("man1");
    let shown = below.to_str().expect("a path in UTF-8");
    conclave(&["man", "--out", shown], WITHIN).assert(4, &["what to do", "a-file"]);
}
