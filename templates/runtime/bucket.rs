//! An object store with the files of tables: S3 and what speaks its protocol, Google Cloud Storage, Azure.
//!
//! | place | credentials, from the environment |
//! |---|---|
//! | `s3://BUCKET/FOLDER` | `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`; another server is `AWS_ENDPOINT` |
//! | `gs://BUCKET/FOLDER` | `GOOGLE_SERVICE_ACCOUNT`, a file |
//! | `az://CONTAINER/FOLDER` | `AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY` |
//!
//! These and others are the variables of the crate `object_store`; where there are none, the machine is asked for its own.
//!
//! An object appears as a whole. A part is gathered in a file without a name, in the folder for temporary files, and
//! uploaded before a commit. What is uploaded by a run that is killed, and not yet an object, is not seen, but kept by the
//! store until a rule of its own removes it: let one abort multipart uploads that are some days old.

use std::fs::File;
use std::io::{Read, Seek};

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion,
    WriteMultipart,
};
use tokio::runtime::{Builder, Runtime};

use super::bucket_error::reason;
use super::error::{Error, Kind};
use super::store::{Store, Version};

/// Bytes that are uploaded at once.
const PORTION: usize = 8 << 20;

/// Portions on their way at the same time.
const PORTIONS: usize = 3;

/// A bucket, or a folder in it.
pub(super) struct Bucket {
    /// Drives the requests while this thread waits for them.
    runtime: Runtime,
    store: Box<dyn ObjectStore>,
    /// What stands before the path of a file, such as `s3://shop/lake/`.
    address: String,
    /// The same in the bucket.
    folder: Path,
    /// Different from that of any other run.
    run: String,
}

impl Bucket {
    /// Opens a place such as `s3://shop/lake`; nothing is asked of it yet.
    ///
    /// # Errors
    /// It is none, it has credentials in it, or those of the environment cannot be used.
    pub fn open(place: &str) -> Result<Self, Error> {
        let (address, folder) = parts(place)?;
        provide();
        // The builders take the bucket from it.
        let (store, variables) = match address.split_once(':') {
            Some(("s3", _)) => {
                let builder = AmazonS3Builder::from_env().with_url(&address);
                let variables = "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_REGION`";
                (builder.build().map(boxed), variables)
            }
            Some(("gs", _)) => {
                let builder = GoogleCloudStorageBuilder::from_env().with_url(&address);
                (builder.build().map(boxed), "`GOOGLE_SERVICE_ACCOUNT`")
            }
            _ => {
                let builder = MicrosoftAzureBuilder::from_env().with_url(&address);
                let variables = "`AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY`";
                (builder.build().map(boxed), variables)
            }
        };
        let unusable = |reason: &dyn std::fmt::Display| {
            let text =
                format!("`{address}` cannot be used: {reason}; set such variables as {variables}");
            Error::new(Kind::Config, text)
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let run = format!("{:016x}", fastrand::u64(..));
        tracing::info!(run, "the name of this run in the object store");
        Ok(Self {
            runtime: runtime.map_err(|error| unusable(&error))?,
            store: store.map_err(|error| unusable(&reason(&error)))?,
            address,
            folder,
            run,
        })
    }

    fn at(&self, path: &str) -> Path {
        path.split('/').fold(self.folder.clone(), Path::join)
    }

    fn cannot(&self, path: &str, what: &str, error: &StoreError) -> Error {
        let path = self.shown(path);
        let text = format!("`{path}` cannot be {what}: {}", reason(error));
        Error::new(Kind::Load, text)
    }

    async fn get(&self, path: &str) -> Result<Option<(Vec<u8>, Version)>, StoreError> {
        let found = match self.store.get(&self.at(path)).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            found => found?,
        };
        let version = Version {
            tag: found.meta.e_tag.clone(),
            number: found.meta.version.clone(),
        };
        Ok(Some((found.bytes().await?.into(), version)))
    }

    async fn put(
        &self,
        path: &str,
        read: Option<&Version>,
        content: &str,
    ) -> Result<Version, StoreError> {
        let mode = match read {
            None => PutMode::Create,
            Some(version) => PutMode::Update(UpdateVersion {
                e_tag: version.tag.clone(),
                version: version.number.clone(),
            }),
        };
        let (at, content) = (self.at(path), content.to_owned().into_bytes());
        let put = self
            .store
            .put_opts(&at, content.into(), PutOptions::from(mode));
        let put = put.await?;
        Ok(Version {
            tag: put.e_tag,
            number: put.version,
        })
    }

    /// Whether the store refuses to replace what is of another version than it is told; asked of a file that was just made.
    async fn heeds(&self, path: &str, content: &str) -> bool {
        let other = Version {
            tag: Some("\"0\"".to_owned()),
            number: Some("1".to_owned()),
        };
        self.put(path, Some(&other), content).await.is_err()
    }

    async fn upload(&self, path: &str, draft: &mut File) -> Result<(), StoreError> {
        let at = self.at(path);
        let first = portion(draft)?;
        if first.len() < PORTION {
            return self.store.put(&at, first.into()).await.map(drop);
        }
        let upload = self.store.put_multipart(&at).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PORTION);
        match send(&mut upload, first, draft).await {
            Ok(()) => upload.finish().await.map(drop),
            Err(error) => {
                // What it failed at says more than what became of the rest.
                let _aborted = upload.abort().await;
                Err(error)
            }
        }
    }
}

fn boxed(store: impl ObjectStore) -> Box<dyn ObjectStore> {
    Box::new(store)
}

async fn send(
    upload: &mut WriteMultipart,
    mut next: Vec<u8>,
    draft: &mut File,
) -> Result<(), StoreError> {
    while !next.is_empty() {
        upload.wait_for_capacity(PORTIONS).await?;
        upload.put(next.into());
        next = portion(draft)?;
    }
    Ok(())
}

/// The next bytes of a file.
fn portion(draft: &mut File) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(PORTION);
    let read = draft.take(PORTION as u64).read_to_end(&mut bytes);
    read.map_err(|error| StoreError::Generic {
        store: "temporary file",
        source: error.into(),
    })?;
    Ok(bytes)
}

/// The address of a place, which ends with `/`, and the folder in the bucket.
fn parts(place: &str) -> Result<(String, Path), Error> {
    let refused = |reason: &str| {
        let text = format!("the address of the object store cannot be used: {reason}");
        Err(Error::new(Kind::Config, text))
    };
    // What may be secret is not repeated.
    if place.contains(['?', '#']) {
        return refused(
            "nothing may stand behind a `?` or `#`; credentials are taken from the environment",
        );
    }
    let (scheme, rest) = place.split_once("://").unwrap_or((place, ""));
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.contains(['@', ':']) {
        return refused(
            "no credentials may stand in it: they are taken from the environment, such as `AWS_ACCESS_KEY_ID` and \
             `AWS_SECRET_ACCESS_KEY`",
        );
    }
    if !["s3", "gs", "az"].contains(&scheme) || bucket.is_empty() {
        return refused("write s3://BUCKET/FOLDER, gs://BUCKET/FOLDER or az://CONTAINER/FOLDER");
    }
    let folder = match Path::parse(folder) {
        Ok(folder) => folder,
        Err(error) => return refused(&error.to_string()),
    };
    let mut address = format!("{scheme}://{bucket}/");
    if !folder.as_ref().is_empty() {
        address.push_str(folder.as_ref());
        address.push('/');
    }
    Ok((address, folder))
}

/// Lets TLS be by rustls with ring, as that of the API is, unless the process has chosen its own provider.
fn provide() {
    #[cfg(all(feature = "ring", not(any(feature = "aws-lc", feature = "native-tls"))))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread that was faster has chosen one, too.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
    }
}

impl Store for Bucket {
    fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }

    fn run(&self) -> Option<&str> {
        Some(&self.run)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let at = self.at(folder);
        let listed = self
            .runtime
            .block_on(self.store.list_with_delimiter(Some(&at)));
        let listed = listed.map_err(|error| self.cannot(folder, "read", &error))?;
        let objects = listed.objects.iter().map(|object| &object.location);
        let names = objects.chain(&listed.common_prefixes);
        let names = names.filter_map(|path| path.filename().map(str::to_owned));
        Ok(names.collect())
    }

    fn make(&self, _: &str) -> Result<(), Error> {
        // A folder is there with the first object in it.
        Ok(())
    }

    fn read(&self, path: &str) -> Result<Option<(String, Version)>, Error> {
        let found = self.runtime.block_on(self.get(path));
        let Some((bytes, version)) = found.map_err(|error| self.cannot(path, "read", &error))?
        else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let text = format!("`{}` cannot be read: {error}", self.shown(path));
            Error::new(Kind::Load, text)
        })?;
        Ok(Some((text, version)))
    }

    fn draft(&self, _: &str) -> Result<File, Error> {
        tempfile::tempfile().map_err(|error| {
            let folder = std::env::temp_dir();
            let text = format!(
                "a temporary file cannot be made in `{}`: {error}",
                folder.display()
            );
            Error::new(Kind::Load, text)
        })
    }

    fn settle(&self, path: &str, mut draft: File) -> Result<(), Error> {
        let rewound = draft.rewind().map_err(|error| StoreError::Generic {
            store: "temporary file",
            source: error.into(),
        });
        let uploaded = rewound.and_then(|()| self.runtime.block_on(self.upload(path, &mut draft)));
        uploaded.map_err(|error| self.cannot(path, "written", &error))
    }

    fn discard(&self, _: &str) -> Result<(), Error> {
        // It had no name.
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), Error> {
        match self.runtime.block_on(self.store.delete(&self.at(path))) {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.cannot(path, "removed", &error)),
        }
    }

    fn write(&self, path: &str, content: &str) -> Result<(), Error> {
        let content = content.to_owned().into_bytes().into();
        let put = self
            .runtime
            .block_on(self.store.put(&self.at(path), content));
        put.map(drop)
            .map_err(|error| self.cannot(path, "written", &error))
    }

    fn swap(
        &self,
        path: &str,
        read: Option<&Version>,
        content: &str,
    ) -> Result<Option<Version>, Error> {
        self.runtime.block_on(async {
            let error = match self.put(path, read, content).await {
                Ok(_) if read.is_none() && !self.heeds(path, content).await => {
                    // Where it stayed, the next run would not ask.
                    let removed = self.store.delete(&self.at(path)).await;
                    removed.map_err(|error| self.cannot(path, "removed", &error))?;
                    let text = format!(
                        "`{}` is in a store that does not heed `If-Match`: two runs at once could spoil each other's tables; \
                         load into another one",
                        self.shown(path)
                    );
                    return Err(Error::new(Kind::Load, text));
                }
                Ok(version) => return Ok(Some(version)),
                Err(error) => error,
            };
            // It may be there all the same: where the answer was lost, or the request was repeated after it.
            if let Ok(Some((there, version))) = self.get(path).await
                && there == content.as_bytes()
            {
                return Ok(Some(version));
            }
            match error {
                StoreError::AlreadyExists { .. } | StoreError::Precondition { .. } => Ok(None),
                error => Err(self.cannot(path, "written", &error)),
            }
        })
    }
}
