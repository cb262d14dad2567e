# Adds up what was taken. One request at a time, one connection each: enough for a till.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1',
    LocalPort => $ENV{PORT},
    Listen    => 64,
    ReuseAddr => 1,
) or die "cannot listen on port $ENV{PORT}: $@\n";
print "the till is open\n";

my $total = 0;
while (my $client = $server->accept) {
    my $line = <$client>;
    next unless defined $line;
    my $length = 0;
    while (defined(my $header = <$client>)) {
        $length = $1 if $header =~ /^content-length:\s*(\d+)/i;
        last if $header =~ /^\r?\n$/;
    }
    read($client, my $body, $length) if $length;
    my ($status, $json) = ('404 Not Found', '{"error": "ask for /take?cents=N"}');
    if ($line =~ m{^POST /take\?cents=(\d+) }) {
        $total += $1;
        print "took $1, $total in all\n";
        ($status, $json) = ('200 OK', qq({"cents": $1, "total": $total}));
    }
    print $client "HTTP/1.1 $status\r\nContent-Type: application/json\r\nContent-Length: "
        . (length($json) + 1) . "\r\nConnection: close\r\n\r\n$json\n";
    close $client;
}
