/** Passwords that are tried first, of those long enough to be chosen here; lower case, and without the digits and marks that
 *  people put behind. Short ones need not be listed: they are too short. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password passwort motdepasse contrasena contraseña senha parola wachtwoord passwordpassword
  passw0rd p@ssw0rd p@ssword pa$$word pa$$w0rd passphrase mypassword newpassword yourpassword thepassword
  changeme changeit changethis changemenow pleasechange pleasechangeme letmein letmeinnow letmeinplease
  welcome welcometo welcomehome willkommen bienvenue admin administrator adminadmin administrador superuser
  rootroot root toor default defaultpassword secret topsecret supersecret mysecret nosecret
  qwerty qwertyuiop qwertzuiop azertyuiop qwertyuiopasdfghjkl qwertyqwerty qwerty123456 1q2w3e4r5t6y 1q2w3e4r5t
  1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc zaq12wsx zaq12wsxcde3 qazwsxedcrfv qazwsxedc asdfghjkl asdfghjklzxcvbnm
  zxcvbnm zxcvbnmasdfghjkl q1w2e3r4t5y6 q1w2e3r4t5 a1b2c3d4e5f6 a1s2d3f4g5h6 abcdefghijkl abcdefg abcdef abc
  iloveyou iloveyouforever ilovemyself ilovejesus iloveyousomuch ichliebedich jetaime tequieromucho teamomucho
  sunshine princess butterfly football baseball basketball superman spiderman batman pokemon dragon monkey shadow master
  trustno trustnobody whatever nothing everything freedom liverpool manchester chelsea arsenal barcelona realmadrid
  starwars harrypotter lordoftherings correcthorsebatterystaple correcthorse batterystaple thisismypassword
  iamthepassword idontknow dontforget donotforget guest guestguest user username useruser test testtest testing
  tester demo demodemo example temporary temppassword summer winter spring autumn sommer january february december
  monday friday computer internet samsung google facebook microsoft apple company business office newsletter
  `
    .trim()
    .split(/\s+/),
)
