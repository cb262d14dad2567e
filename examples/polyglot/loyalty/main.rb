# Counts the drinks of each guest.
require 'json'
require 'socket'

$stdout.sync = true
trap('TERM') { exit }

drinks = Hash.new(0)
server = TCPServer.new('127.0.0.1', Integer(ENV.fetch('PORT')))
puts 'every tenth drink is free'

loop do
  client = server.accept
  line = client.gets.to_s
  length = 0
  while (header = client.gets) && header.strip != ''
    length = Regexp.last_match(1).to_i if header =~ /\Acontent-length:\s*(\d+)/i
  end
  client.read(length) if length.positive?
  if line =~ %r{\APOST /drink\?guest=([\w-]+) }
    guest = Regexp.last_match(1)
    count = (drinks[guest] += 1)
    status = '200 OK'
    body = JSON.generate(guest: guest, drinks: count, free: (count % 10).zero?)
  else
    status = '404 Not Found'
    body = JSON.generate(error: 'ask for /drink?guest=NAME')
  end
  client.write "HTTP/1.1 #{status}\r\nContent-Type: application/json\r\n" \
               "Content-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
rescue Errno::EPIPE, Errno::ECONNRESET
  client&.close
end
