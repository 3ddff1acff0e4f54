// The two small scripts of the invitee's page, constants that the page's policy names by their hash; everything works without them.

/** Takes a token that came in the query off the address bar; the page's forms and a cookie hold it. */
export const cleanAddressBar = `history.replaceState(null,'',location.pathname)`

/** Brings the token of the fragment to the server in a read-only POST and shows the card; nothing is pressed for the reader. */
export const takeFragment = `(()=>{const t=new URLSearchParams(location.hash.slice(1)).get('t');history.replaceState(null,'',location.pathname);if(!t)return;fetch(location.pathname+'/card',{method:'POST',body:new URLSearchParams({t}),credentials:'same-origin'}).then(r=>{if(r.ok)location.replace(location.pathname)}).catch(()=>{})})()`
