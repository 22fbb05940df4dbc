//! The files of a form on their way: hidden data is taken out of pictures, and everything is sealed as it arrives.
//!
//! What a file is, its first bytes tell. A picture is kept in memory until it is whole; every other file goes through
//! sealing piece by piece. What cannot be cleaned is sealed as it is, and the answer says so.

use bytes::Bytes;
use zeroize::Zeroizing;

use super::form::{Form, FormError, Label};
use super::{Later, Refusal, Reporter, Verdict, original_name};
use crate::clean::{Cleaning, HEAD, clean, is_picture};
use crate::intake::upload::{StoredFile, Upload};
use crate::intake::{IntakeError, TakesFiles};
use crate::locale::Locale;
use crate::protocol::files::FilePlace;
use crate::secret::SecretText;

/// What became of a file.
#[derive(Clone)]
pub struct ToldFile {
    /// Its name, as the reporter's device told it.
    pub name: SecretText,
    /// What was found in it.
    pub verdict: Verdict,
    /// Whether the original was sealed beside the clean copy.
    pub original: bool,
}

impl ToldFile {
    /// What was found in it and what was sealed, without any of the data found.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        let verdict = self.verdict.text(locale);
        if self.original { format!("{verdict} {}", locale.text("file-original-sealed")) } else { verdict.into_owned() }
    }
}

/// What became of the files of one form so far.
#[derive(Default)]
pub(super) struct Files {
    /// What the answer tells.
    pub told: Vec<ToldFile>,
    /// Why the form has to come back. After one, no further file is taken.
    pub refusal: Option<Refusal>,
}

impl Files {
    /// Takes the file that the form announced, and its original as well where `originals` are wanted.
    pub async fn take(
        &mut self,
        form: &mut Form<'_>,
        reporter: &Reporter,
        target: &mut impl TakesFiles,
        label: Label,
        originals: bool,
    ) -> Result<(), FormError> {
        let limits = reporter.site.limits;
        let room = usize::try_from(limits.count).unwrap_or(usize::MAX).saturating_sub(target.files());
        if self.refusal.is_some() {
            return Ok(());
        }
        if room == 0 {
            self.refusal = Some(Refusal::FilesMany(limits));
            return Ok(());
        }
        let place = target.place();
        let incoming = Incoming { form: &mut *form, reporter, place: &place, length: 0 };
        let (copy, original, verdict) = match incoming.take(originals).await {
            Ok(sealed) => (sealed.file, sealed.original, sealed.verdict),
            Err(Stop::TooLarge) => {
                self.refusal = Some(Refusal::FileLarge(limits));
                return Ok(());
            }
            Err(Stop::Form(error)) => return Err(error),
        };
        if original.is_some() && room < 2 {
            self.refusal = Some(Refusal::FilesMany(limits));
            return Ok(());
        }
        self.told.push(ToldFile { name: SecretText::from(&*label.name), verdict, original: original.is_some() });
        if let Some(original) = original {
            let name = original_name(&label.name);
            target.add(copy, label.name, label.media_type.clone());
            target.add(original, name, label.media_type);
        } else {
            target.add(copy, label.name, label.media_type);
        }
        Ok(())
    }
}

/// A file that is sealed and on disk.
struct Sealed {
    /// The clean copy, or the file as it was.
    file: StoredFile,
    original: Option<StoredFile>,
    verdict: Verdict,
}

/// Why a file is not taken.
enum Stop {
    /// It is larger than the limits allow.
    TooLarge,
    /// The form cannot be read on.
    Form(FormError),
}

impl From<FormError> for Stop {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl From<IntakeError> for Stop {
    fn from(error: IntakeError) -> Self {
        Self::Form(error.into())
    }
}

impl From<Later> for Stop {
    fn from(later: Later) -> Self {
        Self::Form(later.into())
    }
}

/// A file while it is read.
struct Incoming<'a, 'f> {
    form: &'a mut Form<'f>,
    reporter: &'a Reporter,
    place: &'a FilePlace,
    length: u64,
}

impl Incoming<'_, '_> {
    async fn take(mut self, originals: bool) -> Result<Sealed, Stop> {
        let (mut begun, mut head) = (Vec::new(), Zeroizing::new(Vec::with_capacity(HEAD)));
        while head.len() < HEAD
            && let Some(piece) = self.piece().await?
        {
            let room = HEAD - head.len();
            head.extend_from_slice(&piece[..piece.len().min(room)]);
            begun.push(piece);
        }
        match is_picture(&head) {
            Ok(()) => self.picture(begun, originals).await,
            Err(kind) => self.stream(begun, Verdict::Cannot(kind)).await,
        }
    }

    /// Seals the pieces in `begun` and all that follow.
    async fn stream(mut self, begun: Vec<Bytes>, verdict: Verdict) -> Result<Sealed, Stop> {
        let mut upload = self.upload();
        for piece in begun {
            upload.write(piece).await?;
        }
        while let Some(piece) = self.piece().await? {
            upload.write(piece).await?;
        }
        Ok(Sealed { file: upload.finish().await?, original: None, verdict })
    }

    async fn picture(mut self, begun: Vec<Bytes>, originals: bool) -> Result<Sealed, Stop> {
        let most = self.length.saturating_add(self.form.left());
        let mut picture = self.reporter.pictures.claim(most, self.reporter.limits.stall_time()).await?;
        let mut begun = begun.into_iter();
        loop {
            let piece = match begun.next() {
                Some(piece) => Some(piece),
                None => self.piece().await?,
            };
            let Some(piece) = piece else { break };
            if !picture.push(&piece) {
                let begun = [picture.share(), piece].into_iter().chain(begun).collect();
                return self.stream(begun, Verdict::TooLarge).await;
            }
        }
        let picture = picture.share();
        let cleaning = tokio::task::spawn_blocking({
            let picture = picture.clone();
            move || clean(&picture)
        });
        // A cleaner that gave up has made no copy.
        let cleaning = cleaning.await.unwrap_or(Cleaning::Damaged);
        let verdict = Verdict::from(&cleaning);
        let Cleaning::Cleaned { pieces, .. } = cleaning else {
            return self.stream(vec![picture], verdict).await;
        };
        let mut upload = self.upload();
        for bytes in pieces.into_iter().flat_map(|piece| piece.shares(&picture)) {
            upload.write(bytes).await?;
        }
        let file = upload.finish().await?;
        let original = if originals {
            self.form.count_copy(picture.len() as u64);
            self.check_size()?;
            let mut upload = self.upload();
            upload.write(picture).await?;
            Some(upload.finish().await?)
        } else {
            None
        };
        Ok(Sealed { file, original, verdict })
    }

    fn upload(&self) -> Upload {
        self.reporter.intake.upload(self.place.clone())
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Stop> {
        let piece = self.form.piece().await?;
        self.length += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        self.check_size()?;
        Ok(piece)
    }

    fn check_size(&self) -> Result<(), Stop> {
        let limits = &self.reporter.limits;
        if self.length > limits.file_bytes.bytes() || self.form.taken() > limits.submission_bytes.bytes() {
            return Err(Stop::TooLarge);
        }
        Ok(())
    }
}
