//! Bodies as documented, as seen in practice, and invalid ones.

use proptest::prelude::*;

use super::{super::dto::ServiceError, *};
use crate::domain::kb::MissingKb;

const DOCUMENTED: &str = r#"{
    "@odata.context": "https://api.securitycenter.microsoft.com/api/$metadata#Collection(microsoft.windowsDefenderATP.api.PublicProductFixDto)",
    "value": [{
        "id": "4540673",
        "name": "March 2020 Security Updates",
        "productsNames": ["windows_10", "edge", "internet_explorer"],
        "url": "https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673",
        "machineMissedOn": 1,
        "cveAddressed": 97
    }]
}"#;

fn only(json: &str) -> MissingKb {
    let body = format!(r#"{{"value":[{json}]}}"#);
    let page = AnswerBody::read(body.as_bytes()).unwrap();
    MissingKb::clone(&page.missing[0])
}

#[test]
fn documented_body_is_read() {
    let page = AnswerBody::read(DOCUMENTED.as_bytes()).unwrap();
    assert_eq!(page.next, None);
    let [kb] = &page.missing[..] else {
        panic!("{page:?}")
    };
    assert_eq!(kb.id.as_str(), "4540673");
    assert_eq!(kb.name.as_deref(), Some("March 2020 Security Updates"));
    let products: Vec<&str> = kb.products.iter().map(AsRef::as_ref).collect();
    assert_eq!(products, ["edge", "internet_explorer", "windows_10"]);
    assert_eq!(kb.machine_missed_on, Some(1));
    assert_eq!(kb.cve_addressed, 97);
    assert_eq!(kb.os_build, None);
}

#[test]
fn odd_or_missing_fields_are_accepted() {
    let bare = only("{}");
    assert_eq!(
        bare,
        only(
            r#"{"id":null,"name":null,"productsNames":null,"url":null,
            "machineMissedOn":null,"cveAddressed":null,"osBuild":null,"extra":{"a":[1]}}"#
        )
    );
    assert_eq!(bare.id.as_str(), "");
    assert_eq!((bare.machine_missed_on, bare.cve_addressed), (None, 0));

    assert_eq!(only(r#"{"id":4540673}"#), only(r#"{"id":"KB4540673"}"#));
    assert_eq!(
        only(r#"{"osBuild":22631}"#).os_build.as_deref(),
        Some("22631")
    );
    assert_eq!(
        only(r#"{"osBuild":"22631.4037"}"#).os_build.as_deref(),
        Some("22631.4037")
    );
    assert_eq!(only(r#"{"name":""}"#).name, None);
}

#[test]
fn empty_page_with_a_next_link_is_read() {
    let page = AnswerBody::read(br#"{"value":[],"@odata.nextLink":"https://api/next"}"#).unwrap();
    assert!(page.missing.is_empty());
    assert_eq!(page.next.as_deref(), Some("https://api/next"));
}

#[test]
fn invalid_bodies_are_rejected() {
    for (body, message) in [
        ("", "the reply is empty"),
        (" \r\n", "the reply is empty"),
        (
            "<html>Sign in</html>",
            "the reply is a web page, not JSON (perhaps from a proxy)",
        ),
        ("{}", "the reply has no `value`"),
        (r#"{"value":null}"#, "the reply has no `value`"),
        (
            r#"{"error":{"code":"InternalServerError"},"value":[]}"#,
            "the reply is an error, although its status says otherwise",
        ),
    ] {
        assert_eq!(
            AnswerBody::read(body.as_bytes()).unwrap_err().to_string(),
            message
        );
    }
    let cut = &DOCUMENTED[..DOCUMENTED.len() / 2];
    for body in [
        cut,
        "[]",
        "null",
        "true",
        r#"{"value":{}}"#,
        r#"{"value":[1]}"#,
        "[[], null, null]",
        r#"{"value":[["4540673"]]}"#,
        "{\"value\":[]}x",
        "oops",
    ] {
        let error = AnswerBody::read(body.as_bytes()).unwrap_err();
        assert!(matches!(error, NoAnswer::Json(_)), "{body}: {error}");
    }
}

#[test]
fn documented_errors_are_read() {
    let body = br#"{"error":{"code":"ResourceNotFound","message":"Machine 123123123 was not found",
        "target":"43f4cb08-8fac-4b65-9db1-745c2ae65f3a"}}"#;
    let error = ServiceError::read(body);
    assert_eq!(error.code.as_deref(), Some("ResourceNotFound"));
    assert_eq!(
        error.target.as_deref(),
        Some("43f4cb08-8fac-4b65-9db1-745c2ae65f3a")
    );

    assert_eq!(
        ServiceError::read(br#"{"error":{"code":429}}"#)
            .code
            .as_deref(),
        Some("429")
    );
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"error":"invalid"}"#,
        r#"{"error":["Forbidden"]}"#,
        r#"[{"code":"Forbidden"}]"#,
    ] {
        assert_eq!(ServiceError::read(body.as_bytes()), ServiceError::default());
    }
}

fn items(body: &str) -> Result<PageBody<Vec<Object<IgnoredAny>>>, NoAnswer> {
    super::page(body.as_bytes())
}

#[test]
fn body_that_is_not_a_list_is_rejected() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"value":null}"#,
        r#"{"value":[1]}"#,
        r#"{"value":[],"error":{"code":"x"}}"#,
        "[]",
    ] {
        assert!(items(body).is_err(), "{body}");
    }
    let page = r#"{"value":[{},{}],"@odata.nextLink":"/next"}"#;
    let page = items(page).unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.next.as_deref(), Some("/next"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_panic(body: Vec<u8>) {
        let _ = AnswerBody::read(&body);
        let _ = ServiceError::read(&body);
    }

    /// An answer truncated at any byte is rejected, never read as a shorter one.
    #[test]
    fn truncated_answer_is_rejected(cut in 0..DOCUMENTED.len()) {
        prop_assert!(AnswerBody::read(&DOCUMENTED.as_bytes()[..cut]).is_err());
    }
}
