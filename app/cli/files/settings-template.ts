/** What `broadsheet init` writes. Everything in it that is not a comment is a default made visible. */
export const settingsTemplate = `# Settings of Broadsheet. Each may also be said by a variable (BROADSHEET_HTTP_PORT=9000) or a flag
# (--set http.port=9000). Check them with "broadsheet config check"; "broadsheet config print" shows all
# that is in force, "broadsheet config schema" all that there is.

# Everything that is kept: the database, secrets, the outbox. Back it up.
data: ./broadsheet-data

# Where readers reach this daemon: links in letters begin with it.
# publicUrl: https://news.example.org

http:
  host: 127.0.0.1
  port: 8025

# Ways out, by the names that campaigns use. The first one carries all that does not name another.
channels:
  # Your mail server. "broadsheet doctor" tries it.
  # smtp:
  #   host: mail.example.org
  #   port: 587
  #   security: starttls
  #   auth:
  #     user: broadsheet
  #     pass: "..."        # better: BROADSHEET_CHANNELS_SMTP_AUTH_PASS_FILE=/run/secrets/smtp

  # Writes letters into a folder (a maildir) instead of sending them.
  file:
    directory: ./broadsheet-data/outbox

# Channels by others, and what they may connect to.
# plugins:
#   - package: ./my-channel
#     addresses: ["chat.example.org:443"]

# Signs letters, so that mail providers know them to be yours. To make a key:
#   openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.pem
# "broadsheet doctor" then says what to publish in the DNS, once a campaign is from that domain.
# dkim:
#   - domain: example.org
#     selector: news
#     privateKeyFile: ./dkim.pem

# How fast letters may go.
# limits:
#   channel:
#     smtp: { perSecond: 50, burst: 100 }
#   domain:
#     "gmail.com": { perSecond: 20, burst: 20 }

# Who takes a channel's letters while it is out.
# failover:
#   smtp: [backup]
`
