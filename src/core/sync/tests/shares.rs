//! How much each link may have on the way to disk.

use super::*;

#[test]
fn one_link_cannot_block_the_disk_for_another() {
    let mut row = Row::new(3);
    let (flood, other) = (row.link(0, 1), row.link(0, 2));
    row.peers[0].stalled = true;
    let text = "x".repeat(60_000);
    let mut said = 0;
    while row.peers[0].sync.has_room_for(flood) {
        row.say(1, &text);
        said += 1;
        assert!(said < 100, "one link has {said} long lines on the way");
    }
    assert!(said > 10, "{said} long lines are enough");
    assert!(row.peers[0].sync.has_room_for(other) && !row.peers[0].sync.is_writing_much());
    for _ in 0..20 {
        row.say(0, &text);
    }
    assert_eq!(row.peers[0].sync.unpublished().lines, 20);
    assert!(row.peers[0].sync.has_room_for(other), "own lines have room of their own");
    row.peers[0].stalled = false;
    while let Some((ticket, request)) = row.peers[0].unanswered.pop() {
        let reply = row.peers[0].store.handle(request);
        row.feed(0, Input::Stored { ticket, reply });
    }
    assert!(row.peers[0].sync.has_room_for(flood));
    assert_eq!(row.peers[0].sync.unpublished(), Unpublished::default());
    assert_eq!(row.texts(2).len(), 20, "what was said meanwhile is published");
}
