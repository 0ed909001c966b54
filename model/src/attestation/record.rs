//! The text records in which a domain names its identity provider (4.6, subsec:adnToIdp; R-130).

/// How such a record begins.
const VERSION: &str = "v=zoomadn";

/// The domain of the provider that these records name for a cloud; none unless exactly one entry does.
#[must_use]
pub fn provider(records: &[String], cloud: &str) -> Option<String> {
    let key = format!("us.zoom.idp.{cloud}");
    let mut named = records.iter().flat_map(|record| {
        let mut words = record.split_ascii_whitespace();
        let ours = words.next() == Some(VERSION);
        words.filter(move |_| ours).filter_map(|word| word.split_once('='))
    });
    let mut ours = named.by_ref().filter(|(name, _)| *name == key).map(|(_, domain)| domain);
    let domain = ours.next().filter(|domain| is_domain(domain))?;
    ours.next().is_none().then(|| domain.to_owned())
}

/// Whether a text is a domain name: labels of letters, digits and hyphens, with dots between them.
pub(crate) fn is_domain(text: &str) -> bool {
    let fits = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    text.split('.').all(|label| !label.is_empty() && label.bytes().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn att_05_one_entry_for_the_cloud_names_the_provider() {
        let named = |records: &[&str]| {
            let records: Vec<_> = records.iter().map(|it| (*it).to_owned()).collect();
            provider(&records, "commercial")
        };
        let one = "v=zoomadn us.zoom.idp.commercial=a.idp.example";
        assert_eq!(named(&[one]).as_deref(), Some("a.idp.example"));
        let two_clouds = "v=zoomadn us.zoom.idp.gov=b.idp.example us.zoom.idp.commercial=c.example";
        assert_eq!(named(&["v=spf1 -all", two_clouds]).as_deref(), Some("c.example"));
        let none = None;
        for provider in
            ["idp.example/x#", "https://idp.example", "a@b.example", "a..b", "a.", "ä.example"]
        {
            assert_eq!(named(&[&format!("v=zoomadn us.zoom.idp.commercial={provider}")]), none);
        }
        assert_eq!(named(&[one, one]), none);
        assert_eq!(named(&["us.zoom.idp.commercial=a.idp.example"]), none);
        assert_eq!(named(&["v=zoomadn us.zoom.idp.commercial="]), none);
        assert_eq!(named(&["v=zoomadn us.zoom.idp.gov=a.idp.example"]), none);
        assert_eq!(named(&[]), none);
    }
}
