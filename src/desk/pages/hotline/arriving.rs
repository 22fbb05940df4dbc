//! A form with files as it comes (RFC 7578): its words into memory that is wiped, its files piece by piece.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use multer::{Field, Multipart};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::desk::hotline::Piece;
use crate::desk::pages::FORM_MAX;
use crate::desk::pages::frame::refuse_form;
use crate::secret::{SecretText, grow};

/// The most fields of a form, files apart: the questions, and a box for each member of a large authority.
const FIELDS_MAX: usize = 1024;

/// The longest file name that is kept, in characters.
const NAME_MAX: usize = 255;

/// The form did not arrive whole, or is larger than any that is filled by hand.
pub struct Broken;

impl From<multer::Error> for Broken {
    fn from(_: multer::Error) -> Self {
        Self
    }
}

/// A form of one of this browser's own pages that may carry files; its first field was the right form token.
pub struct PostedWithFiles {
    multipart: Multipart<'static>,
    /// The first file, once the words have come.
    file: Option<Field<'static>>,
    fields: usize,
    bytes: usize,
}

impl FromRequest<Arc<Desk>> for PostedWithFiles {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Response> {
        let unreadable = || StatusCode::BAD_REQUEST.into_response();
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok()).ok_or_else(unreadable)?;
        let multipart = Multipart::new(request.into_body().into_data_stream(), boundary);
        let mut form = Self { multipart, file: None, fields: 0, bytes: 0 };
        match form.word().await {
            Ok(Some((name, token))) if name == "form" && desk.gate.is_own_form(token.expose()) => Ok(form),
            Ok(_) => Err(refuse_form(desk)),
            Err(Broken) => Err(unreadable()),
        }
    }
}

impl PostedWithFiles {
    /// The next field that is no file; `None` when the files begin, or at the end. Words stand before files in our forms.
    pub async fn word(&mut self) -> Result<Option<(String, SecretText)>, Broken> {
        if self.file.is_some() {
            return Ok(None);
        }
        let Some(mut field) = self.multipart.next_field().await? else { return Ok(None) };
        if field.file_name().is_some() {
            self.file = Some(field);
            return Ok(None);
        }
        self.fields += 1;
        let name = field.name().unwrap_or_default().to_owned();
        let mut text = Zeroizing::new(Vec::with_capacity(4096));
        while let Some(piece) = field.chunk().await? {
            self.bytes += piece.len();
            if self.bytes > FORM_MAX {
                return Err(Broken);
            }
            grow(&mut text, piece.len());
            text.extend_from_slice(&piece);
        }
        if self.fields > FIELDS_MAX {
            return Err(Broken);
        }
        let text = std::str::from_utf8(&text).map_err(|_| Broken)?;
        Ok(Some((name, SecretText::from(text))))
    }

    /// Hands the files on through `out` while it takes them, and reads to the end in any case: a browser shows an answer
    /// only after it has sent everything. `alive` is told of every piece.
    pub async fn files(mut self, out: mpsc::Sender<Piece>, alive: impl Fn()) -> Result<(), Broken> {
        let mut next = match self.file.take() {
            Some(file) => Some(file),
            None => self.multipart.next_field().await?,
        };
        while let Some(mut file) = next {
            let name: String = file.file_name().unwrap_or_default().chars().take(NAME_MAX).collect();
            let media_type =
                file.content_type().map_or("application/octet-stream", |kind| kind.essence_str()).to_owned();
            let mut piece = file.chunk().await?;
            // What a browser sends for no file chosen has no name and no bytes.
            if !name.is_empty() || piece.is_some() {
                let _ = out.send(Piece::File(name, media_type)).await;
            }
            while let Some(bytes) = piece {
                alive();
                let _ = out.send(Piece::Bytes(bytes)).await;
                piece = file.chunk().await?;
            }
            drop(file);
            next = self.multipart.next_field().await?;
        }
        let _ = out.send(Piece::End).await;
        Ok(())
    }

    /// Reads past the files.
    pub async fn skip(self) {
        let (out, _) = mpsc::channel(1);
        // Nothing of it is used, so it does not matter whether it came whole.
        let _ = self.files(out, || {}).await;
    }
}
