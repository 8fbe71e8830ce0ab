//! Large tables, read in pages and in files.

use std::io::Read;

use flate2::read::GzDecoder;

use super::*;

/// Every page, from this path on.
pub(super) async fn pages(scene: &Scene, token: &str, path: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut reply = scene.get(token, path).await;
    loop {
        assert_eq!(reply.status(), 200);
        let body = json(reply).await;
        pages.push(body["value"].as_array().unwrap().clone());
        let Some(link) = body["@odata.nextLink"].as_str() else {
            return pages;
        };
        assert!(link.starts_with(scene.simulator.api_url().as_str()));
        reply = scene
            .client
            .get(link)
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
    }
}

/// The links of an export.
pub(super) async fn export(scene: &Scene, token: &str, path: &str) -> Vec<String> {
    let body = json(scene.get(token, path).await).await;
    let links = body["exportFiles"].as_array().unwrap().iter();
    links
        .map(|link| link.as_str().unwrap().to_owned())
        .collect()
}

/// The compressed file behind the link.
pub(super) async fn download(scene: &Scene, link: &str) -> Vec<u8> {
    let reply = scene.client.get(link).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert!(header(&reply, "content-encoding").is_none());
    let length = reply.content_length().unwrap();
    let bytes = reply.bytes().await.unwrap().to_vec();
    assert_eq!(bytes.len() as u64, length);
    bytes
}

/// The text of the file behind the link.
pub(super) async fn text(scene: &Scene, link: &str) -> String {
    let bytes = download(scene, link).await;
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The rows of every file.
pub(super) async fn files(scene: &Scene, links: &[String]) -> Vec<Vec<Value>> {
    let mut files = Vec::new();
    for link in links {
        let text = text(scene, link).await;
        let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
        files.push(rows.collect());
    }
    files
}
