//! A place in an object store.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use async_trait::async_trait;
use object_store::{
    Attribute, Attributes, Error, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, path,
};

use super::{
    PlaceError, Target, azure::AzureStore, error::Refusal, folder::disk, http::observed,
    reply::Reply,
};
use crate::{
    config::StoreUrl,
    defender::auth::SignInError,
    report::output::{Digest, Hashing},
};

/// The part size of large files: the smallest that all stores accept.
const PART_BYTES: usize = 5 << 20;

/// The maximum size of a file that is read. A larger one is not ours.
const MAX_READ_BYTES: u64 = 4 << 20;

/// The file with which `try_out` tests write access. Readers skip files with such names.
pub(super) const TEST_FILE: &str = ".patchgap-check";

/// Its content, for whoever finds it because it could not be removed.
const TEST_FILE_TEXT: &[u8] = b"Written by `patchgap check`. It can be deleted.\n";

/// A place in an object store.
pub(super) struct StoreTarget {
    pub(super) url: StoreUrl,
    pub(super) store: Arc<dyn ObjectStore>,
    /// The same store for Azure, which removes blobs in its own way.
    azure: Option<AzureStore>,
}

impl StoreTarget {
    pub(super) fn new(url: StoreUrl, store: Arc<dyn ObjectStore>) -> Self {
        Self {
            url,
            store,
            azure: None,
        }
    }

    /// A container of Azure.
    pub(super) fn in_azure(url: StoreUrl, azure: AzureStore) -> Self {
        Self {
            url,
            store: Arc::clone(&azure.store) as _,
            azure: Some(azure),
        }
    }

    async fn delete(&self, location: &path::Path) -> Result<(), Error> {
        let Some(azure) = &self.azure else {
            return self.store.delete(location).await;
        };
        let credential = azure.store.credentials().get_credential().await?;
        azure.blobs.remove(location, &credential).await
    }

    /// The path of a file in the container or bucket.
    pub(super) fn location(&self, name: &str) -> Result<path::Path, PlaceError> {
        let folders = self.url.folders.iter().map(String::as_str);
        let parts: Vec<&str> = folders.chain(name.split('/')).collect();
        path::Path::parse(parts.join("/")).map_err(|problem| PlaceError::Unusable {
            place: self.url.to_string(),
            what: format!("use the name {name}"),
            problem: problem.to_string(),
        })
    }

    /// Runs an operation of the store, and explains its failure.
    pub(super) async fn observed<T>(
        &self,
        what: &str,
        name: &str,
        task: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, PlaceError> {
        let (result, reply) = observed(task).await;
        result.map_err(|error| self.explained(format!("{what} {name}"), &error, reply))
    }

    fn explained(&self, what: String, error: &Error, reply: Option<Reply>) -> PlaceError {
        let place = self.url.to_string();
        if let Some(source) = sign_in_error(error) {
            let source = Box::new(source.clone());
            return PlaceError::SignIn { place, source };
        }
        match reply {
            Some(reply) => PlaceError::Refused {
                place,
                refusal: Box::new(Refusal {
                    store: self.url.store.clone(),
                    what,
                    reply,
                }),
            },
            None => PlaceError::Unusable {
                place,
                what,
                problem: error.to_string(),
            },
        }
    }

    /// Sends a file in one or several parts. Returns its size; `None` if its name is taken and `mode` does
    /// not replace.
    pub(super) async fn send(
        &self,
        name: &str,
        path: &Path,
        hashing: &mut Hashing,
        mode: PutMode,
    ) -> Result<Option<u64>, PlaceError> {
        let location = self.location(name)?;
        let mut file = File::open(path).map_err(|source| disk("read", path, source))?;
        let mut next = || -> Result<Vec<u8>, PlaceError> {
            let piece = piece(&mut file).map_err(|source| disk("read", path, source))?;
            hashing.add(&piece);
            Ok(piece)
        };
        let first = next()?;
        let size = first.len() as u64;
        if first.len() < PART_BYTES {
            let is_put = self.put(name, first, mode).await?;
            return Ok(is_put.then_some(size));
        }
        // No store supports both in one operation. No other process uses this name: it contains the tenant
        // and the second.
        if mode == PutMode::Create && self.is_there(name).await? {
            return Ok(None);
        }
        let options = PutMultipartOptions::from(attributes(name));
        let begun = self.store.put_multipart_opts(&location, options);
        let mut upload = self.observed("write", name, begun).await?;
        let sent = self.send_pieces(name, upload.as_mut(), first, next).await;
        if sent.is_err() {
            // Some stores keep, and charge for, the parts of an unfinished upload.
            let _ = upload.abort().await;
        }
        sent.map(Some)
    }

    /// Sends a file in one part. Returns whether it was written.
    async fn put(&self, name: &str, content: Vec<u8>, mode: PutMode) -> Result<bool, PlaceError> {
        let location = self.location(name)?;
        let options = PutOptions {
            mode,
            ..PutOptions::from(attributes(name))
        };
        let put = self.store.put_opts(&location, content.into(), options);
        let (result, reply) = observed(put).await;
        match result {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.explained(format!("write {name}"), &error, reply)),
        }
    }

    /// Writes the test file.
    pub(super) async fn write_test_file(&self, mode: PutMode) -> Result<(), PlaceError> {
        self.put(TEST_FILE, TEST_FILE_TEXT.to_vec(), mode)
            .await
            .map(drop)
    }

    /// Whether there is a file of this name.
    async fn is_there(&self, name: &str) -> Result<bool, PlaceError> {
        let location = self.location(name)?;
        let (result, reply) = observed(self.store.head(&location)).await;
        match result {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.explained(format!("check {name}"), &error, reply)),
        }
    }

    async fn send_pieces(
        &self,
        name: &str,
        upload: &mut dyn MultipartUpload,
        first: Vec<u8>,
        mut next: impl FnMut() -> Result<Vec<u8>, PlaceError>,
    ) -> Result<u64, PlaceError> {
        let (mut piece, mut size) = (first, 0);
        while !piece.is_empty() {
            size += piece.len() as u64;
            self.observed("write", name, upload.put_part(piece.into()))
                .await?;
            piece = next()?;
        }
        self.observed("write", name, upload.complete()).await?;
        Ok(size)
    }

    /// Checks the size of a file. Not every store verifies a checksum.
    pub(super) async fn check(&self, name: &str, sent: u64) -> Result<(), PlaceError> {
        let location = self.location(name)?;
        let head = self.store.head(&location);
        let found = self.observed("check", name, head).await?.size;
        if found == sent {
            return Ok(());
        }
        Err(PlaceError::Size {
            place: self.url.to_string(),
            name: name.to_owned(),
            found,
            sent,
        })
    }
}

#[async_trait]
impl Target for StoreTarget {
    fn name(&self) -> String {
        self.url.to_string()
    }

    /// Reading the access policy needs other permissions, so write access is tested by writing.
    async fn prepare(&self) -> Result<(), PlaceError> {
        Ok(())
    }

    async fn try_out(&self) -> Result<(), PlaceError> {
        self.write_test_file(PutMode::Overwrite).await?;
        self.remove(TEST_FILE).await
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceError> {
        let location = self.location(name)?;
        let get = async {
            let found = self
                .store
                .get_opts(&location, GetOptions::default())
                .await?;
            if found.meta.size > MAX_READ_BYTES {
                return Ok(Vec::new());
            }
            Ok(found.bytes().await?.to_vec())
        };
        let (result, reply) = observed(get).await;
        let is_container_there = reply.as_ref().is_none_or(|it| !it.is_no_container());
        match result {
            Ok(content) => Ok(Some(content)),
            Err(Error::NotFound { .. }) if is_container_there => Ok(None),
            Err(error) => Err(self.explained(format!("read {name}"), &error, reply)),
        }
    }

    async fn write_file(&self, name: &str, path: &Path) -> Result<Digest, PlaceError> {
        let mut hashing = Hashing::default();
        let sent = self.send(name, path, &mut hashing, PutMode::Overwrite);
        self.check(name, sent.await?.unwrap_or_default()).await?;
        Ok(hashing.finish())
    }

    async fn write(&self, name: &str, content: Vec<u8>) -> Result<(), PlaceError> {
        self.put(name, content, PutMode::Overwrite).await.map(drop)
    }

    async fn remove(&self, name: &str) -> Result<(), PlaceError> {
        let location = self.location(name)?;
        let (result, reply) = observed(self.delete(&location)).await;
        match result {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.explained(format!("remove {name}"), &error, reply)),
        }
    }
}

/// The next part of a file; empty at its end.
fn piece(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(PART_BYTES as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// The content type of a file, so that browsers display pages opened from the store.
fn attributes(name: &str) -> Attributes {
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("ndjson") => "application/x-ndjson",
        Some("parquet") => "application/vnd.apache.parquet",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "text/plain; charset=utf-8",
    };
    [(Attribute::ContentType, kind)].into_iter().collect()
}

/// The failed sign-in that caused an error, if there is one.
fn sign_in_error(error: &Error) -> Option<&SignInError> {
    let mut causes = std::iter::successors(std::error::Error::source(error), |it| it.source());
    causes.find_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;
    use crate::config::Store;

    fn target() -> StoreTarget {
        let url = StoreUrl {
            store: Store::Amazon("bucket".to_owned()),
            folders: vec!["a b".to_owned()],
        };
        StoreTarget::new(url, Arc::new(InMemory::new()))
    }

    #[tokio::test]
    async fn files_of_every_size_arrive_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let target = target();
        for size in [
            0,
            1,
            PART_BYTES - 1,
            PART_BYTES,
            PART_BYTES + 1,
            2 * PART_BYTES,
            2 * PART_BYTES + 7,
        ] {
            let content: Vec<u8> = (0..size)
                .map(|at| u8::try_from(at % 251).unwrap())
                .collect();
            std::fs::write(&path, &content).unwrap();
            let digest = target.write_file("Zürich/x.xlsx", &path).await.unwrap();
            assert_eq!(digest, Digest::of_file(&path).unwrap(), "{size}");
            let location = path::Path::parse("a b/Zürich/x.xlsx").unwrap();
            let found = target.store.get(&location).await.unwrap();
            let kind = found.attributes.get(&Attribute::ContentType).cloned();
            assert!(kind.unwrap().contains("spreadsheetml"));
            assert!(found.bytes().await.unwrap() == content, "{size}");
        }
    }

    #[tokio::test]
    async fn small_files_are_read_and_removed() {
        let target = target();
        assert_eq!(target.read("_SUCCESS").await.unwrap(), None);
        target.remove("_SUCCESS").await.unwrap();
        for content in [&b"one"[..], b"", b"another"] {
            target.write("_SUCCESS", content.to_vec()).await.unwrap();
            assert_eq!(target.read("_SUCCESS").await.unwrap().unwrap(), content);
        }
        target.remove("_SUCCESS").await.unwrap();
        assert_eq!(target.read("_SUCCESS").await.unwrap(), None);
        // A file that is too large to be ours.
        let large = vec![b'#'; usize::try_from(MAX_READ_BYTES).unwrap() + 1];
        target.write("_SUCCESS", large).await.unwrap();
        assert_eq!(target.read("_SUCCESS").await.unwrap().unwrap(), b"");
        assert!(target.read("a/../b").await.is_err());
    }
}
