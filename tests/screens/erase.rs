//! `/erase`.

use proximity_chat::domain::{bus::*, model::*};

use crate::{disk::*, states::shoot};

#[test]
fn erase_question() {
    shoot("erase", |size| {
        let (mut s, _) = opened(|s| Disk::of_bob(s, 40), size);
        s.enter("/erase");
        s
    });
}

#[test]
fn a_room_is_erased_only_after_a_yes() {
    let (mut s, _) = opened(|s| Disk::of_bob(s, 1_000), (80, 24));
    s.enter("/erase yes");
    assert!(s.find("Erase the history of #lobby").is_some(), "{}", s.text());
    s.wait(61);
    s.enter("/erase yes");
    assert_eq!(s.sent(), [], "too late: it asks again");
    s.wait(30);
    s.enter("/erase yes");
    assert_eq!(
        s.sent(),
        [Command::Erase { room: Room::Lobby, network: Some(crate::screen::network_status(true).network) }]
    );
    s.update(Update::Erased { room: Room::Lobby, lines: 1_234 });
    assert!(
        s.find("Erased 1,234 lines of #lobby from this machine.").is_some() && s.find("line 999.").is_none(),
        "{}",
        s.text()
    );
    s.enter("/erase yes");
    assert_eq!(s.sent(), [], "one yes erases once");
}
