//! A stranger that visits nodes at uncertain places and asks for everything.

use std::{rc::Rc, time::Duration};

use proximity_chat::protocol::codec::mesh::{Frame, Have};

use super::{Doer, Member, elapsed, link::Link};
use crate::{run, world::World};

/// How often it checks what it got, and whether there is somebody to visit.
const LOOKS_EVERY: Duration = Duration::from_millis(100);

/// What the visitor does during the run.
pub(crate) async fn live(world: Rc<World>, member: Rc<Member>) -> turmoil::Result {
    let random = fastrand::Rng::with_seed(world.seed);
    let mut doer = Doer { world, member, random };
    while elapsed() < run::CHAOS {
        tokio::time::sleep(LOOKS_EVERY).await;
        let Some(stay) = doer.world.stay() else { continue };
        let (key, host) = (doer.key(), doer.member.victims[stay.host]);
        let Some(link) = Link::dial(&doer.world, doer.world.cables.of(doer.member.ip), &key, host).await else {
            continue;
        };
        // While the link was slow, it may have become certain where the node is.
        if !doer.world.is_at(&stay) || !link.send(&Frame::Have(Have { want: true, ..Have::default() })).await {
            continue;
        }
        while link.stays(LOOKS_EVERY).await && doer.world.is_at(&stay) {
            if let Some(id) = stay.older.iter().find(|id| link.heard.has(id)) {
                let what = format!("nothing old goes to an uncertain place: {host} gives {id} to a stranger");
                doer.world.must(Err(what));
            }
        }
    }
    std::future::pending().await
}
