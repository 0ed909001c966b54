use super::*;

#[test]
fn versions_are_compared_as_numbers() {
    for (version, enough) in [
        ("3.11.0", true),
        ("3.11", true),
        ("3.9.18", false),
        ("3.10.4", false),
        ("4.0.0", true),
        ("2.7.18", false),
        ("", false),
        ("three", false),
    ] {
        assert_eq!(is_new_enough(version), enough, "{version}");
    }
}

#[test]
fn a_python_that_is_not_there_is_named() {
    let error = find(&["no-such-python", "nor-this"]).expect_err("there is none");
    assert!(matches!(&error, ShippedError::NoPython { tried } if tried.contains("nor-this")));
    assert!(error.to_string().contains("3.11"), "{error}");
}

#[cfg(unix)]
#[test]
fn an_old_python_is_passed_over_and_named_if_it_is_the_only_one() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let program = |name: &str, version: &str| {
        let path = dir.path().join(name);
        // Renamed into place, so that it is not open for writing anywhere when it is started.
        let draft = dir.path().join("draft");
        fs::write(&draft, format!("#!/bin/sh\necho {version}\n")).expect("written");
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).expect("executable");
        fs::rename(&draft, &path).expect("renamed");
        path.to_str().expect("text").to_owned()
    };
    let (old, new) = (program("old", "3.9.2"), program("new", "3.12.1"));
    assert_eq!(find(&[&old, &new]).map(|python| python.version).ok().as_deref(), Some("3.12.1"));
    let error = find(&["no-such-python", &old]).expect_err("too old");
    assert!(matches!(error, ShippedError::OldPython { version, .. } if version == "3.9.2"));
}

/// Needs a real Python, but no package index: the requirements are empty.
#[test]
fn concurrent_first_uses_make_one_whole_environment() {
    if find(&PROGRAMS).is_err() {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let requirements = dir.path().join("requirements.txt");
    fs::write(&requirements, "# nothing\n").expect("written");
    let cache = dir.path().join("cache");
    let client = dir.path().join("client.py");
    let use_once = || {
        let mut said = Vec::new();
        let mut note = |line: &str| said.push(line.to_owned());
        let launch = launch(&client, &requirements, &cache, &mut note).expect("it is made");
        (launch, said)
    };
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(use_once);
        (use_once(), other.join().expect("no panic"))
    });
    assert_eq!(first.0, second.0);
    let builds = [&first.1, &second.1].into_iter().flatten();
    assert_eq!(builds.filter(|line| line.starts_with("installing")).count(), 1);
    assert_eq!(use_once().1, Vec::<String>::new(), "a later use has nothing to do");

    let ran = run(Command::new(&first.0.program).args(["-c", "import sys; print(sys.prefix)"]));
    let prefix = ran.expect("it runs").stdout;
    let place = interpreter(Path::new(""));
    assert!(Path::new(&first.0.program).ends_with(&place));
    let prefix = PathBuf::from(String::from_utf8_lossy(prefix.trim_ascii()).into_owned());
    assert_eq!(prefix.join(place).as_os_str(), first.0.program);
    let left = fs::read_dir(&cache).expect("a directory").count();
    assert_eq!(left, 2, "the environment and its lock");
}

#[test]
fn packages_without_hashes_are_not_installed() {
    let Ok(python) = find(&PROGRAMS) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let requirements = dir.path().join("requirements.txt");
    // No index is asked: the package is a file, and refused before it is opened.
    let wheel = dir.path().join("a_package-1.0-py3-none-any.whl");
    fs::write(&wheel, "not a wheel").expect("written");
    fs::write(&requirements, format!("--no-index\n{}\n", wheel.display())).expect("written");
    let cache = dir.path().join("cache");
    let error = environment(&python, &requirements, &cache, &mut |_| ()).expect_err("no hash");
    assert!(matches!(&error, ShippedError::Install { step: "install packages", .. }), "{error}");
    assert!(error.to_string().to_lowercase().contains("hash"), "{error}");
}
