//! The way through a SOCKS proxy: everything goes there, names too.

use std::sync::Arc;

use amparo::clock::Clock;
use amparo::desk::{Desk, Settings};
use amparo::secret::SecretText;
use ring::rand::SystemRandom;
use tokio::runtime::Runtime;

use super::socks::proxy;
use super::{PASSPHRASE, filed, server};

#[test]
fn a_server_behind_tor_is_asked_for_by_its_name_and_only_through_the_proxy() {
    let runtime = Runtime::new().unwrap();
    let (server, address) = server(&runtime);
    let (proxy, asked) = proxy(address.strip_prefix("http://").unwrap().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let key = server.authority.members[0].seal(&SecretText::from(PASSPHRASE), Some(2)).unwrap();
    std::fs::write(folder.path().join("member.key"), key).unwrap();
    let settings = |proxy: String| Settings {
        server: "http://aaaabbbb.onion:8081".to_owned(),
        reporters: None,
        proxy: Some(proxy),
        key_file: folder.path().join("member.key"),
        folder: folder.path().join("desk"),
        root_fingerprint: Some(server.authority.history.fingerprint().into()),
        idle_minutes: 10,
        save_folder: folder.path().join("saved"),
        port: 0,
    };
    let unlock = |settings| {
        runtime.block_on(async {
            let desk = Desk::start(settings, Clock::fixed(filed()), Arc::new(SystemRandom::new())).await.unwrap();
            let unlocked = desk.unlock(SecretText::from(PASSPHRASE)).await;
            desk.shutdown().await;
            unlocked
        })
    };
    unlock(settings(format!("socks5://{proxy}"))).unwrap();
    let asked = asked.lock().unwrap().clone();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|way| *way == (3, "aaaabbbb.onion".to_owned(), 8081)), "{asked:?}");
    // Nobody listens there: without its proxy the desk does not look for another way.
    let error = unlock(settings("socks5://127.0.0.1:1".to_owned())).unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
}
