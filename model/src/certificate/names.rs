//! Which domains an authority may vouch for (RFC 5280, 4.2.1.10; reading R-137).

use x509_cert::ext::pkix::{
    constraints::name::{GeneralSubtree, NameConstraints},
    name::GeneralName,
};

use crate::attestation::is_domain;

/// Whether these are constraints: there is a list of subtrees, and each has some.
pub(super) fn are_constraints(constraints: &NameConstraints) -> bool {
    let lists = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
    lists.iter().any(|it| it.is_some()) && lists.into_iter().flatten().all(|it| !it.is_empty())
}

/// Whether name constraints permit all these names. They permit none where a subtree is not a
/// domain's.
pub(super) fn permits<'a>(
    constraints: &NameConstraints,
    names: &mut impl Iterator<Item = &'a str>,
) -> bool {
    // Not having the field is having no constraint; having one that is no domain is no excuse.
    let (Some(permitted), Some(excluded)) =
        (domains(&constraints.permitted_subtrees), domains(&constraints.excluded_subtrees))
    else {
        return false;
    };
    names.all(|name| {
        let name = name.to_ascii_lowercase();
        let is_in = |bases: &[String]| bases.iter().any(|base| is_within(&name, base));
        (permitted.is_empty() || is_in(&permitted)) && !is_in(&excluded)
    })
}

/// The domains of subtrees, in small letters; none unless all are whole domains.
fn domains(subtrees: &Option<Vec<GeneralSubtree>>) -> Option<Vec<String>> {
    subtrees.iter().flatten().map(domain).collect()
}

fn domain(subtree: &GeneralSubtree) -> Option<String> {
    let GeneralName::DnsName(name) = &subtree.base else { return None };
    let whole = subtree.minimum == 0 && subtree.maximum.is_none();
    (whole && is_domain(name.as_str())).then(|| name.as_str().to_ascii_lowercase())
}

/// Whether a name is a domain or below it, both in small letters.
fn is_within(name: &str, base: &str) -> bool {
    name.strip_suffix(base).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
