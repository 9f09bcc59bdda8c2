use proptest::prelude::*;

use super::*;

/// As Linux 6.1 shows a laptop in an office: Wi-Fi, a VPN that takes all traffic, containers.
const ROUTES: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       
tun0\t00000000\t0100080A\t0003\t0\t0\t50\t00000000\t0\t0\t0                                                                             
wlan0\t00000000\tFE01A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0                                                                           
tun0\t0000080A\t00000000\t0001\t0\t0\t50\t0000FFFF\t0\t0\t0                                                                             
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0                                                                           
wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0                                                                           
wlan0\tFE01A8C0\t00000000\t0005\t0\t0\t600\tFFFFFFFF\t0\t0\t0                                                                           
";

const NEIGHBOURS: &str = "\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.23     0x1         0x0         00:00:00:00:00:00     *        wlan0
172.17.0.2       0x1         0x2         02:42:ac:11:00:02     *        docker0
192.168.1.254    0x1         0x2         e0:28:6d:0a:0b:0c     *        wlan0
10.8.0.1         0x1         0x2         aa:aa:aa:aa:aa:aa     *        tun0
";

const ADDRESSES: &str = "\
fd000000000000000000000000000002 04 40 00 82     wlan0
fe8000000000000000fc00fffe000001 04 40 20 80     wlan0
00000000000000000000000000000001 01 80 10 80       lo
fd110000000000000000000000000001 05 40 00 80  docker0
";

const GATEWAY: [u8; 6] = [0xe0, 0x28, 0x6d, 0x0a, 0x0b, 0x0c];

fn tables(routes: &str, neighbours: &str) -> Tables {
    Tables { routes: routes.to_owned(), neighbours: neighbours.to_owned(), addresses: ADDRESSES.to_owned() }
}

/// What is found at the first look, if that suffices.
fn found(ip: &str, tables: &Tables) -> (Option<String>, Option<[u8; 6]>) {
    let found = find_patiently(ip.parse().unwrap(), || tables.clone(), |_| {});
    (found.prefix.map(|net| format!("{}/{}", net.network(), net.prefix())), found.gateway)
}

#[test]
fn the_gateway_on_our_own_interface_counts_and_no_other() {
    let tables = tables(ROUTES, NEIGHBOURS);
    for (ip, prefix, gateway) in [
        ("192.168.1.20", Some("192.168.1.0/24"), Some(GATEWAY)),
        // The preferred route leads through the VPN, but the network is the one of the cable.
        ("10.8.3.4", Some("10.8.0.0/16"), Some([0xaa; 6])),
        ("172.17.0.1", Some("172.17.0.0/16"), None),
        ("203.0.113.7", None, None),
        ("fd00::2", Some("fd00::/64"), Some(GATEWAY)),
        ("fd11::1", Some("fd11::/64"), None),
        ("fd22::1", None, None),
    ] {
        assert_eq!(found(ip, &tables), (prefix.map(str::to_owned), gateway), "{ip}");
    }
}

#[test]
fn of_several_gateways_the_preferred_one_counts_that_is_known() {
    let more = format!("{ROUTES}wlan0\t00000000\t0101A8C0\t0003\t0\t0\t20\t00000000\t0\t0\t0\n");
    assert_eq!(found("192.168.1.20", &tables(&more, NEIGHBOURS)).1, Some(GATEWAY), "the other one is not known");
    let known = format!("{NEIGHBOURS}192.168.1.1 0x1 0x2 02:00:00:00:00:01 * wlan0\n");
    assert_eq!(found("192.168.1.20", &tables(&more, &known)).1, Some([2, 0, 0, 0, 0, 1]));
}

#[test]
fn a_route_that_is_down_and_a_neighbour_on_another_interface_do_not_count() {
    let down = ROUTES.replace("FE01A8C0\t0003", "FE01A8C0\t0002");
    assert_eq!(found("192.168.1.20", &tables(&down, NEIGHBOURS)).1, None);
    let elsewhere = NEIGHBOURS.replace("e0:28:6d:0a:0b:0c     *        wlan0", "e0:28:6d:0a:0b:0c     *        eth7");
    assert_eq!(found("192.168.1.20", &tables(ROUTES, &elsewhere)).1, None);
}

#[test]
fn a_gateway_that_is_not_known_yet_is_waited_for_and_not_for_ever() {
    let unknown = NEIGHBOURS.replace("0x2         e0:28:6d:0a:0b:0c", "0x0         00:00:00:00:00:00");
    let ip = "192.168.1.20".parse().unwrap();
    let (mut reads, mut waited) = (0, Duration::ZERO);
    let third_time = || {
        reads += 1;
        tables(ROUTES, if reads < 3 { &unknown } else { NEIGHBOURS })
    };
    assert_eq!(find_patiently(ip, third_time, |pause| waited += pause).gateway, Some(GATEWAY));
    assert_eq!((reads, waited), (3, 2 * READS.1));

    let mut waited = Duration::ZERO;
    let found = find_patiently(ip, || tables(ROUTES, &unknown), |pause| waited += pause);
    assert_eq!((found.prefix.is_some(), found.gateway), (true, None));
    assert_eq!(waited, Duration::from_millis(500));
    // Who is in no network with a gateway does not wait.
    find_patiently("172.17.0.1".parse().unwrap(), || tables(ROUTES, &unknown), |_| panic!("it waited"));
}

#[test]
fn lines_that_are_none_are_passed_over() {
    for bad in [
        "",
        "wlan0",
        "wlan0 00000000 FE01A8C0",
        "wlan0 0000000 FE01A8C0 0003 0 0 600 00000000 0 0 0",
        "wlan0 00000000 FE01A8C0 zzzz 0 0 600 00000000 0 0 0",
        "wlan0 00000000 FE01A8C0 0003 0 0 -1 00000000 0 0 0",
        // A mask with a hole.
        "wlan0 0001A8C0 00000000 0001 0 0 600 00FF00FF 0 0 0",
        "wlan0 +0000000 FE01A8CO 0003 0 0 600 00000000 0 0 0",
    ] {
        assert_eq!(route(&bad.split_ascii_whitespace().collect::<Vec<_>>()), None, "{bad}");
    }
    for bad in [
        "",
        "192.168.1.254 0x1 0x2 e0:28:6d:0a:0b * wlan0",
        "192.168.1.254 0x1 0x2 e0:28:6d:0a:0b:0c:0d * wlan0",
        "192.168.1.254 0x1 0x2 e0:28:6d:0a:0b:zz * wlan0",
        "192.168.1.254 0x1 2 e0:28:6d:0a:0b:0c * wlan0",
        "192.168.1.254 0x1 0x2 00:00:00:00:00:00 * wlan0",
        "192.168.1 0x1 0x2 e0:28:6d:0a:0b:0c * wlan0",
        "192.168.1.254 0x1 0x2 e0:28:6d:0a:0b:0c *",
    ] {
        assert_eq!(neighbour(&bad.split_ascii_whitespace().collect::<Vec<_>>()), None, "{bad}");
    }
    for bad in ["", "fd00 04 40 00 82 wlan0", "fd000000000000000000000000000002 04 ff 00 82 wlan0"] {
        assert_eq!(address(&bad.split_ascii_whitespace().collect::<Vec<_>>()), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn no_table_makes_it_fail(
        routes in "([a-z0]{0,4}[ \t][0-9A-F]{8}[ \t][0-9A-F]{8}[ \t]000[0-3] 0 0 [0-9]{1,3} [0F]{8}\n|.{0,20}\n){0,6}",
        neighbours in "([0-9.]{7,11} 0x1 0x[0-3] [0-9a-f:]{17} \\* [a-z0]{1,4}\n|.{0,20}\n){0,6}",
        addresses in "([0-9a-f]{32} 01 [0-9a-f]{2} 00 00 [a-z0]{1,4}\n){0,3}",
        ip in any::<u32>(),
    ) {
        let tables = Tables { routes, neighbours, addresses };
        let found = find_patiently(Ipv4Addr::from(ip).into(), || tables.clone(), |_| {});
        prop_assert!(found.prefix.is_none_or(|net| net.contains(Ipv4Addr::from(ip).into())));
    }
}
