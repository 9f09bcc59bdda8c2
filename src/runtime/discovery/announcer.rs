//! Announces the node, and listens for the announcements of others.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use ipnetwork::IpNetwork;
use tokio::{net::UdpSocket, sync::mpsc, task::JoinSet, time::Instant};

use super::{Announce, Candidate, DiscoveryEvent, Observation, Settings};
use crate::{
    core::discovery::announce::{Novelty, ReceiveFilter, Schedule},
    domain::model::LocalSubnet,
    protocol::{
        codec::announcement::{self, ANNOUNCEMENT_BYTES, Announcement, Call},
        identity,
    },
    runtime::io::Datagrams,
};

/// How many datagrams may wait to be read. They are hints: one that finds no room is lost, as on any network.
const WAITING: usize = 64;

/// A datagram, its source, and the spot where it was heard.
type Datagram = (Vec<u8>, SocketAddr, Arc<LocalSubnet>);

/// Announces on all spots of the site. With nothing to announce, it waits for ever.
#[derive(Debug)]
pub(super) struct Announcer {
    as_whom: Option<Announce>,
    spots: Vec<Arc<LocalSubnet>>,
    /// All of our networks, with their interfaces.
    networks: Vec<(u32, IpNetwork)>,
    /// The port that we listen on, and the port that all announcements go to. The latter is the lowest of the range:
    /// everybody who looks for the same people shares it.
    port: u16,
    meeting: u16,
    events: mpsc::Sender<DiscoveryEvent>,
    wanted: mpsc::Receiver<()>,
    counter: u64,
    rng: fastrand::Rng,
}

/// The sending side of one spot.
#[derive(Debug)]
struct Sender {
    spot: Arc<LocalSubnet>,
    out: Datagrams,
    /// Whether the last attempt to send has failed.
    failing: bool,
}

/// The way by which each spot sends the quiet announcement of this number, if it does: each interface sends one
/// datagram only.
fn turns(senders: &[Sender], number: u64) -> Vec<Option<usize>> {
    let of = |index: u32| senders.iter().filter(move |sender| sender.spot.index == index);
    let turn = |at: usize, sender: &Sender| {
        let ways: usize = of(sender.spot.index).map(|sender| sender.out.ways()).sum();
        let before: usize = senders
            .iter()
            .take(at)
            .filter(|other| other.spot.index == sender.spot.index)
            .map(|sender| sender.out.ways())
            .sum();
        let number = usize::try_from(number).unwrap_or(0).checked_rem(ways)?;
        number.checked_sub(before).filter(|way| *way < sender.out.ways())
    };
    senders.iter().enumerate().map(|(at, sender)| turn(at, sender)).collect()
}

/// Nobody takes our events any more.
struct Unheard;

impl Announcer {
    pub(super) fn new(settings: &Settings, events: mpsc::Sender<DiscoveryEvent>, wanted: mpsc::Receiver<()>) -> Self {
        let Settings { site, port, ports, announce, seed, .. } = settings;
        Self {
            as_whom: announce.clone(),
            spots: site.calls().cloned().map(Arc::new).collect(),
            networks: site.spots.iter().map(|spot| (spot.index, spot.network)).collect(),
            port: *port,
            meeting: ports.min(),
            events,
            wanted,
            counter: announce.as_ref().map_or(0, |announce| announce.counter),
            rng: fastrand::Rng::with_seed(seed.rotate_left(16)),
        }
    }

    pub(super) async fn run(mut self) {
        let Some(as_whom) = self.as_whom.take() else { return std::future::pending().await };
        // It ends only when nobody takes our events, or holds our handle, any more.
        let _ = self.call_and_hear(&as_whom).await;
    }

    async fn call_and_hear(&mut self, as_whom: &Announce) -> Result<(), Unheard> {
        let (heard, mut datagrams) = mpsc::channel(WAITING);
        let (mut listeners, mut senders) = (JoinSet::new(), Vec::new());
        for spot in std::mem::take(&mut self.spots) {
            match Datagrams::open(&spot, self.meeting) {
                Ok((sender, sockets, deaf)) => {
                    for socket in sockets {
                        listeners.spawn(hear(socket, spot.clone(), heard.clone()));
                    }
                    for error in deaf {
                        self.mute(&spot, error).await?;
                    }
                    senders.push(Sender { spot, out: sender, failing: false });
                }
                Err(error) => self.mute(&spot, error).await?,
            }
        }
        let (mut schedule, mut filter) = (Schedule::new(Instant::now().into_std()), ReceiveFilter::default());
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(schedule.next().into()) => {
                    let now = Instant::now().into_std();
                    self.send(as_whom, &mut senders, schedule.is_loud(now)).await?;
                    schedule.sent(now);
                }
                wanted = self.wanted.recv() => match wanted {
                    Some(()) => schedule.announce(Instant::now().into_std()),
                    None => return Ok(()),
                },
                Some(datagram) = datagrams.recv() => {
                    if self.take_in(&datagram, &mut filter, as_whom).await? == Some(Call::Who) && as_whom.listens {
                        schedule.asked(Instant::now().into_std(), &mut self.rng);
                    }
                }
            }
        }
    }

    /// Sends one announcement. A loud one takes every way of every spot. A quiet one, which only says that we are still
    /// here, takes one way of each interface, in turn. A failure is reported once, until it works again.
    async fn send(&mut self, as_whom: &Announce, senders: &mut [Sender], loud: bool) -> Result<(), Unheard> {
        self.counter = self.counter.wrapping_add(1);
        let call = if as_whom.listens { Call::Here } else { Call::Who };
        let node = as_whom.identity.node();
        let content = Announcement { call, port: self.port, node, boot: as_whom.boot, counter: self.counter };
        let datagram = announcement::write(&content, |message| as_whom.identity.sign(message));
        let turns = turns(senders, self.counter);
        for (sender, way) in senders.iter_mut().zip(turns) {
            let sent = match way {
                _ if loud => sender.out.send(&datagram).await,
                Some(way) => sender.out.send_by(way, &datagram).await,
                None => continue,
            };
            let failed = std::mem::replace(&mut sender.failing, sent.is_err());
            let spot = sender.spot.clone();
            match sent {
                Ok(()) if failed => self.observe(Observation::Audible { interface: spot.interface.clone() }).await?,
                Err(error) if !failed => self.mute(&spot, error).await?,
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Reads a datagram. Returns what it calls for, if it is new and from another node.
    async fn take_in(
        &mut self,
        (datagram, from, spot): &Datagram,
        filter: &mut ReceiveFilter,
        as_whom: &Announce,
    ) -> Result<Option<Call>, Unheard> {
        let now = Instant::now().into_std();
        let Some(unproven) = announcement::read(datagram) else { return Ok(None) };
        let content = unproven.announcement;
        if content.node == as_whom.identity.node() || !filter.may_verify(from.ip(), now) {
            return Ok(None);
        }
        if !identity::is_signed_by(&content.node, &unproven.message, &unproven.signature) {
            return Ok(None);
        }
        let (node, interface) = (content.node, spot.interface.clone());
        let mut addr = *from;
        addr.set_port(content.port);
        if content.call == Call::Here && !self.is_on_link(spot, from.ip()) {
            // It does not count as heard yet: it may also arrive on the interface whose network it belongs to.
            self.observe(Observation::OffLink { addr, interface }).await?;
            return Ok(None);
        }
        if filter.accept(&content, now) == Novelty::Repeated {
            return Ok(None);
        }
        self.tell(match content.call {
            Call::Who => DiscoveryEvent::Asked(node),
            Call::Here => DiscoveryEvent::Candidate(Candidate::Announced { node, addr }),
        })
        .await?;
        Ok(Some(content.call))
    }

    /// Whether `ip` is in a network on the interface of `spot`. There may be several, and multicast reaches all of
    /// them.
    fn is_on_link(&self, spot: &LocalSubnet, ip: IpAddr) -> bool {
        self.networks.iter().any(|(index, network)| *index == spot.index && network.contains(ip))
    }

    async fn mute(&self, spot: &LocalSubnet, error: std::io::Error) -> Result<(), Unheard> {
        tracing::debug!(interface = %spot.interface, ip = %spot.ip, %error, "announcements");
        self.observe(Observation::Mute { interface: spot.interface.clone(), error }).await
    }

    async fn observe(&self, observation: Observation) -> Result<(), Unheard> {
        self.tell(DiscoveryEvent::Observation(observation)).await
    }

    async fn tell(&self, event: DiscoveryEvent) -> Result<(), Unheard> {
        self.events.send(event).await.map_err(|_| Unheard)
    }
}

/// Passes on what a socket receives.
async fn hear(socket: UdpSocket, spot: Arc<LocalSubnet>, heard: mpsc::Sender<Datagram>) {
    // One byte more than an announcement has: a longer datagram is not one.
    let mut buffer = [0; ANNOUNCEMENT_BYTES + 1];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, from)) => {
                // Other datagrams must not take the place of announcements.
                if let Some(datagram) = buffer.get(..length).filter(|datagram| announcement::read(datagram).is_some()) {
                    // If the queue is full, the datagram is lost.
                    let _ = heard.try_send((datagram.to_vec(), from, spot.clone()));
                }
                tokio::task::yield_now().await;
            }
            // The error may be that of a datagram that was sent, or of an interface that is gone. The next one may be
            // fine.
            Err(error) => {
                tracing::debug!(interface = %spot.interface, %error, "hearing");
                tokio::time::sleep(DEAF_PAUSE).await;
            }
        }
    }
}

/// The wait after a socket has failed, so that one that stays broken does not keep us busy.
const DEAF_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::discovery::listen_plan::ListenPlan, protocol::identity::Identity};

    /// The event for an announcement that was sent from `from` and heard at spot number `place`.
    async fn heard_at(
        place: usize,
        from: &str,
        announcer: &mut Announcer,
        seen: &mut mpsc::Receiver<DiscoveryEvent>,
    ) -> Option<DiscoveryEvent> {
        let them = Identity::from_secret(&[2; 32]);
        let content =
            Announcement { call: Call::Here, port: 4_565, node: them.node(), boot: 1, counter: announcer.counter };
        let datagram = announcement::write(&content, |message| them.sign(message)).to_vec();
        let us = Announce { identity: Identity::from_secret(&[1; 32]), boot: 1, counter: 0, listens: true };
        let spot = announcer.spots[place].clone();
        let mut filter = ReceiveFilter::default();
        let from = SocketAddr::new(from.parse().unwrap(), 50_000);
        announcer.take_in(&(datagram, from, spot), &mut filter, &us).await.ok();
        seen.try_recv().ok()
    }

    #[tokio::test]
    async fn all_networks_of_an_interface_are_on_link() {
        let spot = |index: u32, ip: &str, network: &str| LocalSubnet {
            interface: "x".into(),
            index,
            ip: ip.parse().unwrap(),
            network: network.parse().unwrap(),
            broadcast: None,
        };
        let spots = vec![
            spot(1, "10.0.0.5", "10.0.0.0/24"),
            spot(1, "10.1.0.5", "10.1.0.0/24"),
            spot(2, "10.2.0.5", "10.2.0.0/24"),
        ];
        let mut site = ListenPlan::machine([127, 0, 0, 1].into(), &[], &[]);
        site.spots = spots;
        let [min, max] = [4_565, 4_566].map(|port: u16| port.try_into().unwrap());
        let ports = crate::domain::model::PortRange::new(min, max).unwrap();
        let settings = Settings { site, port: 4_565, ports, rate: None, announce: None, copies: 1, seed: 1 };
        let (events, mut seen) = mpsc::channel(8);
        let (_wanted, wanted) = mpsc::channel(1);
        let mut announcer = Announcer::new(&settings, events, wanted);
        for (place, is_on_link) in [(0, true), (1, true), (2, false)] {
            let event = heard_at(place, "10.1.0.7", &mut announcer, &mut seen).await.unwrap();
            assert_eq!(
                matches!(event, DiscoveryEvent::Candidate(Candidate::Announced { .. })),
                is_on_link,
                "{place}: {event:?}"
            );
        }
    }

    #[cfg(target_os = "linux")]
    fn sender(index: u32, ip: &str) -> Sender {
        let ip: IpAddr = ip.parse().unwrap();
        let (network, broadcast) = ("127.0.0.0/8".parse().unwrap(), Some([127, 255, 255, 255].into()));
        let spot = LocalSubnet { interface: "x".into(), index, ip, network, broadcast };
        let (out, ..) = Datagrams::open(&spot, 9).unwrap();
        Sender { spot: Arc::new(spot), out, failing: false }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_quiet_announcement_is_one_datagram_for_each_interface() {
        // All are on loopback and have one way each. They count as two interfaces.
        let senders = [sender(1, "127.0.0.1"), sender(1, "127.0.0.2"), sender(2, "127.0.0.3")];
        for number in 0..10 {
            let turns = turns(&senders, number);
            assert_eq!(turns.iter().take(2).flatten().count(), 1, "{turns:?}");
            assert_eq!(turns[2], Some(0));
        }
        assert_ne!(turns(&senders, 0)[0], turns(&senders, 1)[0], "the ways take turns");
    }
}
