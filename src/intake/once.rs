//! One-time form numbers: a second press of the button waits for the first and gets its answer.
//!
//! A number is random and made by the page, so nothing has to be remembered before a form is sent. What a finished
//! form was answered with is kept in memory for a while, since the first answer may have been lost on the way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::IntakeError;

/// How many forms may be under way or kept at once.
const FORMS_MAX: usize = 20_000;

/// A form's one-time number.
pub type FormNumber = [u8; 16];

enum Progress<T> {
    UnderWay,
    Done(T),
    GivenUp,
}

type Forms<T> = Arc<Mutex<HashMap<FormNumber, watch::Receiver<Progress<T>>>>>;

/// Forms under way or answered a moment ago, with answers of type `T`.
pub struct Once<T> {
    forms: Forms<T>,
    kept: Duration,
}

/// Whether this press is the one that counts.
pub enum Press<T> {
    /// It is: go on, and say what came of it.
    First(Turn<T>),
    /// It is not: this is what the first was answered with.
    Again(T),
}

/// The right to answer a form. Dropped without [`Turn::done`], the next press of the same form is the first again.
pub struct Turn<T> {
    forms: Forms<T>,
    number: FormNumber,
    progress: watch::Sender<Progress<T>>,
    answered: bool,
    kept: Duration,
}

impl<T> Once<T> {
    /// No form yet; what one is answered with is kept for `kept`.
    #[must_use]
    pub fn new(kept: Duration) -> Self {
        Self { forms: Arc::default(), kept }
    }
}

impl<T: Clone + Send + Sync + 'static> Once<T> {
    /// Enters a press of the form `number`; waits while an earlier one is under way.
    pub async fn press(&self, number: FormNumber) -> Result<Press<T>, IntakeError> {
        loop {
            let mut earlier = {
                let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
                match forms.get(&number) {
                    Some(earlier) => earlier.clone(),
                    None if forms.len() >= FORMS_MAX => return Err(IntakeError::Busy),
                    None => {
                        let (progress, receiver) = watch::channel(Progress::UnderWay);
                        forms.insert(number, receiver);
                        let (forms, kept) = (Arc::clone(&self.forms), self.kept);
                        return Ok(Press::First(Turn { forms, number, progress, answered: false, kept }));
                    }
                }
            };
            let waited = earlier.wait_for(|progress| !matches!(progress, Progress::UnderWay)).await;
            if let Ok(Progress::Done(answer)) = waited.as_deref() {
                return Ok(Press::Again(answer.clone()));
            }
        }
    }
}

impl<T: Send + Sync + 'static> Turn<T> {
    /// Keeps the answer for a second press.
    pub fn done(mut self, answer: T) {
        self.answered = true;
        self.progress.send_replace(Progress::Done(answer));
        let (forms, number) = (Arc::clone(&self.forms), self.number);
        tokio::spawn(async move {
            tokio::time::sleep(self.kept).await;
            forms.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            drop(self);
        });
    }
}

impl<T> Drop for Turn<T> {
    fn drop(&mut self) {
        if !self.answered {
            self.forms.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
            self.progress.send_replace(Progress::GivenUp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Duration = Duration::from_mins(2);

    #[tokio::test]
    async fn a_second_press_waits_for_the_first_and_gets_its_answer() {
        let once = Arc::new(Once::<u32>::new(KEPT));
        let Ok(Press::First(turn)) = once.press([1; 16]).await else { panic!("nothing is under way") };
        let again = tokio::spawn({
            let once = Arc::clone(&once);
            async move { matches!(once.press([1; 16]).await, Ok(Press::Again(7))) }
        });
        tokio::task::yield_now().await;
        assert!(!again.is_finished());
        turn.done(7);
        assert!(again.await.unwrap());
        assert!(matches!(once.press([2; 16]).await, Ok(Press::First(_))));
    }

    #[tokio::test]
    async fn when_the_first_fails_the_next_is_the_first() {
        let once = Arc::new(Once::<u32>::new(KEPT));
        let Ok(Press::First(turn)) = once.press([1; 16]).await else { panic!("nothing is under way") };
        let again = tokio::spawn({
            let once = Arc::clone(&once);
            async move { matches!(once.press([1; 16]).await, Ok(Press::First(_))) }
        });
        tokio::task::yield_now().await;
        drop(turn);
        assert!(again.await.unwrap());
        assert!(once.forms.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_forgotten_after_its_time() {
        let once = Once::<u32>::new(KEPT);
        let Ok(Press::First(turn)) = once.press([1; 16]).await else { panic!("nothing is under way") };
        turn.done(7);
        tokio::time::sleep(KEPT + Duration::from_secs(1)).await;
        assert!(once.forms.lock().unwrap().is_empty());
    }
}
