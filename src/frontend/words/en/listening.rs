//! Where the node does not listen or search, and why.

use super::lists::list;
use crate::domain::model::{NetworkRemark, NoNetwork, Objection, Unusable};

/// Why there is no network to open the chat to, and what to do. The first sentence says why.
pub(crate) fn no_network(why: &NoNetwork) -> String {
    match why {
        NoNetwork::NoAddress(interfaces) => {
            let state = match interfaces.as_slice() {
                [] => "this machine has no cable or Wi-Fi interface".to_owned(),
                interfaces => list(&interfaces.iter().map(unusable).collect::<Vec<_>>(), "and"),
            };
            format!("No network: {state}. Plug in a cable or join a Wi-Fi.")
        }
        NoNetwork::Public { interface, ip } => format!(
            "{interface} ({ip}) has a public address, so the chat is not opened there. If that network is yours, add \
             --any-network."
        ),
        NoNetwork::NotThere(names) => match names.as_slice() {
            [name] => {
                format!("The interface {name} is not up or has no network address. Correct its name, or leave it out.")
            }
            names => format!(
                "None of the interfaces {} is up and has a network address. Correct their names, or leave them out.",
                list(names, "and")
            ),
        },
        NoNetwork::NoSuchAddress(ip) => {
            format!("No interface that is up has the address {ip}. Correct --ip, or leave it out.")
        }
        NoNetwork::AddressGone(ip) => format!("No interface has the address {ip} any more."),
        NoNetwork::AddressesLost(interfaces) => match interfaces.as_slice() {
            [interface] => format!("No network: {interface} has lost its address."),
            interfaces => {
                let names: Vec<String> = interfaces.iter().map(ToString::to_string).collect();
                format!("No network: {} have lost their addresses.", list(&names, "and"))
            }
        },
    }
}

fn unusable(Unusable { interface, connected }: &Unusable) -> String {
    let state = if *connected { "has no address" } else { "is not connected" };
    format!("{interface} {state}")
}

/// What the user should know about where the chat listens and searches.
pub(crate) fn remark(remark: &NetworkRemark) -> String {
    match remark {
        NetworkRemark::PublicLeftOut { interface, ip } => format!(
            "{interface} ({ip}) has a public address and is left out. If that network is yours, add --any-network."
        ),
        NetworkRemark::OtherNetwork { interface, network } => format!(
            "{interface} leads to another network ({network}), which stays closed. /lan on {interface} switches to it."
        ),
        NetworkRemark::PartlySearched { network, part } => format!(
            "{network} is larger than a /16, so only {part} is searched. Others are found if their announcements get \
             through. Use --cidr to search other parts, or --any-network to search all of it."
        ),
        NetworkRemark::MayBeKnown => {
            "You have opened the chat on a network with these addresses before. Nothing proves that \
                               this is the same network, so the chat stays on this machine. F2 or /lan on opens it."
                .to_owned()
        }
    }
}

/// Why a network is used only if the user says so, after "it is".
pub(crate) const fn objection(objection: Objection) -> &'static str {
    match objection {
        Objection::Public => "a public address range",
        Objection::TooLarge => "larger than a /16",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_network_is_explained_with_what_to_do() {
        let unusable = |name: &str, connected| Unusable { interface: name.into(), connected };
        let ip = [203, 0, 113, 5].into();
        for (why, said) in [
            (
                NoNetwork::NoAddress(vec![unusable("eth0", false), unusable("wlan0", true)]),
                "No network: eth0 is not connected and wlan0 has no address. Plug in a cable or join a Wi-Fi.",
            ),
            (
                NoNetwork::NoAddress(Vec::new()),
                "No network: this machine has no cable or Wi-Fi interface. Plug in a cable or join a Wi-Fi.",
            ),
            (
                NoNetwork::Public { interface: "eth0".into(), ip },
                "eth0 (203.0.113.5) has a public address, so the chat is not opened there. If that network is yours, add \
                 --any-network.",
            ),
            (
                NoNetwork::NotThere(vec!["wlan9".into()]),
                "The interface wlan9 is not up or has no network address. Correct its name, or leave it out.",
            ),
            (
                NoNetwork::NotThere(vec!["wlan9".into(), "eth7".into()]),
                "None of the interfaces wlan9 and eth7 is up and has a network address. Correct their names, or leave them \
                 out.",
            ),
            (
                NoNetwork::NoSuchAddress(ip),
                "No interface that is up has the address 203.0.113.5. Correct --ip, or leave it out.",
            ),
            (NoNetwork::AddressGone(ip), "No interface has the address 203.0.113.5 any more."),
            (NoNetwork::AddressesLost(vec!["eth0".into()]), "No network: eth0 has lost its address."),
            (
                NoNetwork::AddressesLost(vec!["eth0".into(), "wlan0".into()]),
                "No network: eth0 and wlan0 have lost their addresses.",
            ),
        ] {
            assert_eq!(no_network(&why), said);
        }
    }

    #[test]
    fn remarks_name_the_option_that_changes_it() {
        let [network, part] = ["10.0.0.0/8", "10.1.2.0/24"].map(|text| text.parse().unwrap());
        for (about, said) in [
            (
                NetworkRemark::PublicLeftOut { interface: "eth0".into(), ip: [203, 0, 113, 5].into() },
                "eth0 (203.0.113.5) has a public address and is left out. If that network is yours, add --any-network.",
            ),
            (
                NetworkRemark::OtherNetwork { interface: "wlan0".into(), network: part },
                "wlan0 leads to another network (10.1.2.0/24), which stays closed. /lan on wlan0 switches to it.",
            ),
            (
                NetworkRemark::PartlySearched { network, part },
                "10.0.0.0/8 is larger than a /16, so only 10.1.2.0/24 is searched. Others are found if their announcements \
                 get through. Use --cidr to search other parts, or --any-network to search all of it.",
            ),
            (
                NetworkRemark::MayBeKnown,
                "You have opened the chat on a network with these addresses before. Nothing proves that this is the same \
                 network, so the chat stays on this machine. F2 or /lan on opens it.",
            ),
        ] {
            assert_eq!(remark(&about), said);
        }
    }
}
