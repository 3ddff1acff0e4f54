// Domains at which anybody gets a mailbox: no organization can prove one of them (T-13).

const providers = `
  gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it
  hotmail.es live.com live.co.uk live.de live.fr live.nl live.it msn.com passport.com windowslive.com
  yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.in yahoo.co.in yahoo.co.jp yahoo.com.br yahoo.com.au yahoo.com.mx
  ymail.com rocketmail.com myyahoo.com aol.com aim.com icloud.com me.com mac.com
  proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com keemail.me
  gmx.de gmx.net gmx.com gmx.at gmx.ch gmx.fr web.de t-online.de freenet.de mail.de posteo.de posteo.net mailbox.org arcor.de 1und1.de
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it alice.it tiscali.it tin.it
  mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua
  qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn
  naver.com daum.net hanmail.net nate.com rediffmail.com zoho.com zohomail.com zohomail.eu
  fastmail.com fastmail.fm hey.com hushmail.com hushmail.me runbox.com mailfence.com startmail.com disroot.org riseup.net
  mail.com email.com usa.com post.com consultant.com engineer.com europe.com inbox.com inbox.lv seznam.cz centrum.cz wp.pl o2.pl onet.pl
  interia.pl op.pl gazeta.pl abv.bg bigpond.com optusnet.com.au btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com
  comcast.net verizon.net att.net sbcglobal.net bellsouth.net charter.net cox.net earthlink.net rogers.com shaw.ca telus.net sympatico.ca
  uol.com.br bol.com.br terra.com.br ig.com.br globo.com ziggo.nl kpnmail.nl planet.nl hetnet.nl telenet.be skynet.be bluewin.ch
  mailinator.com guerrillamail.com guerrillamail.info sharklasers.com 10minutemail.com temp-mail.org yopmail.com trashmail.com maildrop.cc
  getnada.com dispostable.com mintemail.com throwawaymail.com mohmal.com moakt.com duck.com simplelogin.com anonaddy.com relay.firefox.com
  mozmail.com privaterelay.appleid.com`

export const PUBLIC_MAIL: ReadonlySet<string> = new Set(providers.trim().split(/\s+/))
